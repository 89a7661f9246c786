import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

/**
 * Runs every *.test.ts under test/, or under the files and folders named; `--test-name-pattern` chooses among their tests.
 *
 * Files run beside each other, and what they start wants more cores than there are. So a file in which something failed
 * runs once more, alone: what fails then too is a failure, and what does not is named as unsteady. The last line is the sum.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const { values, positionals } = parseArgs({
  options: { 'test-name-pattern': { type: 'string', multiple: true } },
  allowPositionals: true
})
const files = (positionals.length > 0 ? positionals : [join(root, 'test')]).flatMap(place => testFiles(resolve(place)))
if (files.length === 0) throw new Error(`no *.test.ts in ${positionals.join(', ') || 'test'}`)

/** More than this many are no disturbance. */
const UNSTEADY_FILES_MAX = 5
const concurrency = Number(process.env.FRAMELAB_TEST_CONCURRENCY ?? Math.max(1, Math.min(4, availableParallelism())))

const ending = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort())

interface Outcome {
  /** Titles by file. */
  readonly passed: ReadonlyMap<string, readonly string[]>
  readonly failed: ReadonlyMap<string, readonly string[]>
}

const first = await outcomeOf(files, concurrency)
const again = [...first.failed.keys()]
const repeatable =
  concurrency > 1 &&
  again.length > 0 &&
  again.length <= UNSTEADY_FILES_MAX &&
  again.every(file => files.includes(file)) &&
  !ending.signal.aborted
if (repeatable) process.stdout.write(`\nOnce more, one file at a time: ${again.map(shown).join(', ')}\n\n`)
const second = repeatable ? await outcomeOf(again, 1) : first

for (const [file, titles] of first.failed) {
  const still = second.failed.get(file) ?? []
  for (const title of titles.filter(one => !still.includes(one))) {
    process.stdout.write(`\nUNSTEADY: failed beside other files, and passed alone: ${title} (${shown(file)})\n`)
  }
}
const passed = countOf(new Map([...first.passed, ...second.passed]))
const failed = countOf(second.failed)
process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
// A run that was cut off, or that found nothing to run, is no success.
process.exitCode = passed > 0 && failed === 0 && !ending.signal.aborted ? 0 : 1

/** The files run as processes of their own, with the flags that this one was given (`--import tsx`). */
async function outcomeOf(paths: readonly string[], atOnce: number): Promise<Outcome> {
  const passed = new Map<string, string[]>()
  const failed = new Map<string, string[]>()
  const tests = run({
    files: [...paths],
    concurrency: atOnce,
    signal: ending.signal,
    testNamePatterns: values['test-name-pattern'] ?? []
  })
  const note = (outcomes: Map<string, string[]>, file: string, title: string) =>
    outcomes.set(file, [...(outcomes.get(file) ?? []), title])
  tests.on('test:pass', ({ file = '', name, skip, todo }) => {
    if (skip === undefined && todo === undefined) note(passed, file, name)
  })
  tests.on('test:fail', ({ file = '', name }) => note(failed, file, name))
  for await (const text of tests.compose<NodeJS.ReadableStream>(new spec())) process.stdout.write(text)
  return { passed, failed }
}

function testFiles(path: string): string[] {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      if (entry.isDirectory()) return testFiles(join(path, entry.name))
      return entry.name.endsWith('.test.ts') ? [join(path, entry.name)] : []
    })
}

function countOf(titles: ReadonlyMap<string, readonly string[]>): number {
  return [...titles.values()].reduce((sum, { length }) => sum + length, 0)
}

function shown(file: string): string {
  return relative(root, file)
}
