import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Runs every *.test.ts under test/, or under the files and folders named; `--watch` and other flags go to node. Node 20
 * takes no patterns after --test, so the files are listed here. The last line is the sum.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const flags = process.argv.slice(2).filter(argument => argument.startsWith('-'))
const places = process.argv.slice(2).filter(argument => !argument.startsWith('-'))

const files = (places.length > 0 ? places : ['test']).flatMap(testFiles)
if (files.length === 0) throw new Error(`no *.test.ts in ${places.join(', ') || 'test'}`)

// The system tests start servers with workers of their own, so more files at once would only slow each other down.
const concurrency = Number(process.env.FRAMELAB_TEST_CONCURRENCY ?? Math.max(1, Math.min(4, availableParallelism())))
const run = spawn(
  process.execPath,
  ['--import', 'tsx', '--test', '--test-reporter=spec', `--test-concurrency=${concurrency}`, ...flags, ...files],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...colours() } }
)

let tail = ''
run.stdout.on('data', (chunk: Buffer) => {
  process.stdout.write(chunk)
  tail += chunk.toString()
})

// Ctrl-C reaches node:test as well, which stops its files; this process ends with it.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => run.kill('SIGTERM'))

run.on('close', (code, signal) => {
  const passed = countOf('pass')
  const failed = countOf('fail') + countOf('cancelled')
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  // A run that was cut off, or that found nothing to run, is no success.
  process.exitCode = code === 0 && signal === null && passed > 0 && failed === 0 ? 0 : 1
})

function testFiles(place: string): string[] {
  const path = join(root, relative(root, place))
  if (statSync(path).isFile()) return [place]
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      if (entry.isDirectory()) return testFiles(join(place, entry.name))
      return entry.name.endsWith('.test.ts') ? [join(place, entry.name)] : []
    })
}

/** From the summary that the spec reporter ends with. */
function countOf(outcome: string): number {
  const matches = [...tail.matchAll(new RegExp(`^(?:\\u001b\\[\\d+m)?ℹ ${outcome} (\\d+)`, 'gm'))]
  return Number(matches.at(-1)?.[1] ?? 0)
}

/** The reporter sees a pipe, though its lines may end on a terminal. */
function colours(): Record<string, string> {
  return process.stdout.isTTY ? { FORCE_COLOR: '1' } : {}
}
