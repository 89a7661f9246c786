import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Runs the suite on every supported Node, from the builds that npm has, and says which passed. `test-nodes.ts 22 26` runs
 * those; what follows `--` goes to the suite, such as files to run.
 */
const root = fileURLToPath(new URL('../..', import.meta.url))
const end = process.argv.indexOf('--')
const suiteArguments = end === -1 ? [] : process.argv.slice(end + 1)
const chosen = process.argv.slice(2, end === -1 ? undefined : end)
const majors = chosen.length > 0 ? chosen : ['20', '22', '24', '26']
const build = `node-${process.platform}-${process.arch}`

// Outside the checkout, so that no package of it sees them.
const folder = mkdtempSync(join(tmpdir(), 'framelab-nodes-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.on('SIGINT', () => {
  process.exitCode = 130
})

const packages = majors.map(major => `node${major}@npm:${build}@${major}`)
execFileSync('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--prefix', folder, ...packages], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit']
})

const outcomes = majors.map(major => {
  const node = join(folder, 'node_modules', `node${major}`, 'bin', 'node')
  const version = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
  process.stdout.write(`\n=== Node ${version}\n`)
  // First in the path too: the tests start npm, which starts node.
  const PATH = `${dirname(node)}${delimiter}${process.env.PATH}`
  const { status } = spawnSync(node, ['--import', 'tsx', 'test/config/run-tests.ts', ...suiteArguments], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, PATH }
  })
  return { version, passed: status === 0 }
})

process.stdout.write('\n')
for (const { version, passed } of outcomes) process.stdout.write(`Node ${version}: ${passed ? 'passed' : 'FAILED'}\n`)
process.exitCode = outcomes.every(({ passed }) => passed) ? 0 : 1
