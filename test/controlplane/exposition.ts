import assert from 'node:assert/strict'

type Labels = Readonly<Record<string, string>>

export interface Exposition {
  readonly types: ReadonlyMap<string, string>
  /** How many samples there are. */
  readonly series: number
  sampleOf(name: string, labels: Labels): number | undefined
}

const comment = /^# (HELP|TYPE) ([a-z\d_]+) (.+)$/
const sample = /^([a-z\d_]+)(?:\{([a-z]+="[^"\\]*"(?:,[a-z]+="[^"\\]*")*)\})? (\d+(?:\.\d+)?(?:e[+-]\d+)?)$/

/** Reads text format 0.0.4, and fails on what it does not allow or what no metric of ours should have. */
export function parseExposition(text: string): Exposition {
  assert.ok(text.endsWith('\n'))
  const types = new Map<string, string>()
  const values = new Map<string, number>()
  const help = new Set<string>()
  let current = ''

  for (const line of text.split('\n').filter(line => line !== '')) {
    const [, kind, commented, rest] = comment.exec(line) ?? []
    if (kind === 'HELP') {
      assert.ok(!help.has(commented as string), `${commented} comes twice`)
      help.add(commented as string)
    } else if (kind === 'TYPE') {
      current = commented as string
      types.set(current, rest as string)
    } else {
      const [, name, labels, value] = sample.exec(line) ?? assert.fail(`not a sample: ${line}`)
      const suffixes = types.get(current) === 'histogram' ? ['_bucket', '_sum', '_count'] : ['']
      assert.ok(
        suffixes.some(suffix => name === current + suffix),
        `${name} stands under ${current}`
      )
      const key = keyOf(name as string, Object.fromEntries(labels === undefined ? [] : labels.split(',').map(pairOf)))
      assert.ok(!values.has(key), `${key} comes twice`)
      values.set(key, Number(value))
    }
  }
  assert.deepEqual([...help].sort(), [...types.keys()].sort())
  return { types, series: values.size, sampleOf: (name, labels) => values.get(keyOf(name, labels)) }
}

function pairOf(label: string): [string, string] {
  const [name = '', value = ''] = label.split('=')
  return [name, value.slice(1, -1)]
}

function keyOf(name: string, labels: Labels): string {
  return `${name} ${JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))}`
}
