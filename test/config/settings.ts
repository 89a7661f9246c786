import { readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { environmentName, flagName, type OptionName, optionNames, optionsSchema } from '../../src/contract/options.ts'

/**
 * Writes the table of settings into README.md, from the schema of the options; with --check, says whether it is what the
 * schema is, and exits 0 or 1.
 */
const file = new URL('../../README.md', import.meta.url)
const place = /(<!-- settings: made by npm run settings -->\n).*?(<!-- settings end -->)/s

interface Described {
  readonly description?: string
  readonly default?: unknown
  /** In words, where it depends on the machine. */
  readonly initially?: string
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
}

const properties: Readonly<Record<string, unknown>> = z.toJSONSchema(optionsSchema, { io: 'input' }).properties ?? {}

function rowOf(name: OptionName): string {
  const { description = '', enum: words, minimum, maximum } = properties[name] as Described
  const range = words?.map(code).join(', ') ?? (minimum === undefined ? '' : `${minimum} to ${maximum}`)
  const cells = [
    code(`--${flagName(name)}`),
    code(environmentName(name)),
    code(name),
    initialOf(name),
    range,
    description
  ]
  return `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`
}

function initialOf(name: OptionName): string {
  const { default: initial, initially } = properties[name] as Described
  if (initially !== undefined) return initially
  return `${initial ?? ''}` === '' ? '' : code(`${initial}`)
}

function code(text: string): string {
  return `\`${text}\``
}

const table = [
  '| flag | environment | in the file | default | range | what |',
  '|---|---|---|---|---|---|',
  ...optionNames.map(rowOf),
  '| `--config` | `FRAMELAB_CONFIG` | | | | JSON file with options by the names of the third column |'
].join('\n')

const text = await readFile(file, 'utf8')
if (!place.test(text)) throw new Error('README.md has no place for the table of settings')
const current = text.replace(place, (_, begin: string, end: string) => `${begin}${table}\n${end}`)
if (!process.argv.includes('--check')) await writeFile(file, current)
else if (current !== text) {
  console.error('the settings in README.md are not what src/contract/options.ts says: run npm run settings')
  process.exitCode = 1
}
