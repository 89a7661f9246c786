import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { parseDuration } from '../../src/contract/duration.ts'
import type { Finding } from './scale.ts'

/**
 * The long form of every test of this folder, or of the parts named; Ctrl-C ends it. The last thing printed is a table of
 * what was measured.
 */
const { values, positionals } = parseArgs({
  options: { soak: { type: 'string', default: '20m' } },
  allowPositionals: true
})
parseDuration(values.soak)
const folder = mkdtempSync(join(tmpdir(), 'framelab-reliability-'))
const findings = join(folder, 'findings')
const places =
  positionals.length > 0 ? positionals.map(part => `test/reliability/${part}.test.ts`) : ['test/reliability']

const run = spawn(
  process.execPath,
  ['--import', 'tsx', fileURLToPath(new URL('../config/run-tests.ts', import.meta.url)), ...places],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      FRAMELAB_RELIABILITY: 'long',
      FRAMELAB_RELIABILITY_FINDINGS: findings,
      FRAMELAB_RELIABILITY_SOAK: values.soak,
      // One file at a time: each wants the machine for itself.
      FRAMELAB_TEST_CONCURRENCY: '1'
    }
  }
)

// Ctrl-C reaches the tests as well; this process ends with them, and still prints what was found.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => run.kill('SIGTERM'))

run.on('close', code => {
  const lines = existsSync(findings) ? readFileSync(findings, 'utf8').trim().split('\n') : []
  const rows = lines.map(line => JSON.parse(line) as Finding)
  process.stdout.write(`\nNode ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown processor'}\n\n`)
  process.stdout.write('| part | what | result |\n|---|---|---|\n')
  for (const { part, what, value } of rows) process.stdout.write(`| ${part} | ${what} | ${value} |\n`)
  rmSync(folder, { recursive: true, force: true })
  process.exitCode = code ?? 1
})
