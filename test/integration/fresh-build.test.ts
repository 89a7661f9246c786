import assert from 'node:assert/strict'
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { optionsSchema } from '../../src/contract/options.ts'
import { freshCheckout, npm } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { Program } from './support/processes.ts'
import { serverOf } from './support/server.ts'

const limits = { timeout: 120_000 }
const { framePort: initial } = optionsSchema.parse({})

/** The default port that `npm start` of this checkout would serve on. */
async function startedPort(t: TestContext, checkout: string): Promise<number> {
  const { stdout } = await npm(t, checkout, 'start', '--silent', '--', '--print-config')
  return JSON.parse(stdout).framePort
}

function replaceIn(checkout: string, file: string, from: string, to: string): void {
  const path = join(checkout, file)
  const text = readFileSync(path, 'utf8')
  assert.ok(text.includes(from), `${file} has ${from}`)
  writeFileSync(path, text.replace(from, to))
}

test('npm start runs what the sources say, whatever stands in dist', limits, async t => {
  const checkout = freshCheckout(t)
  assert.equal(existsSync(join(checkout, 'dist')), false)
  assert.equal(await startedPort(t, checkout), initial, 'nothing was built yet')

  replaceIn(checkout, 'src/contract/options.ts', `default(${initial})`, 'default(7001)')
  assert.equal(await startedPort(t, checkout), 7001, 'a source has changed')

  replaceIn(checkout, 'dist/contract/options.js', 'default(7001)', 'default(7002)')
  rmSync(join(checkout, 'dist/cli'), { recursive: true })
  assert.equal(await startedPort(t, checkout), 7001, 'one part was spoilt and is newer than its source, one is gone')
})

test('npm run demo builds first as well', limits, async t => {
  const checkout = freshCheckout(t)
  replaceIn(checkout, 'src/cli/demo.ts', "new Command('demo')", "new Command('demo').summary('changed')")
  appendFileSync(join(checkout, 'src/cli/demo.ts'), "\nprocess.stderr.write('the changed source runs\\n')\n")
  const { stdout, stderr } = await npm(t, checkout, 'run', '--silent', 'demo', '--', '--help')
  assert.match(stdout, /Usage: framelab demo/)
  assert.match(stderr, /the changed source runs/)
})

test('sources that do not compile are not run, and the fault is shown', limits, async t => {
  const checkout = freshCheckout(t)
  appendFileSync(join(checkout, 'src/contract/options.ts'), '\nexport const wrong: number = "text"\n')
  const { code, stdout } = await new Program(t, ['start', '--silent', '--', '--print-config'], {
    command: 'npm',
    cwd: checkout
  }).ended
  assert.notEqual(code, 0)
  assert.match(stdout, /src\/contract\/options\.ts.*TS2322/)
  assert.doesNotMatch(stdout, /framePort"/)
})

test('npm start serves, and Ctrl-C stops all of it', limits, async t => {
  const checkout = freshCheckout(t)
  const args = ['start', '--silent', '--', '--frame-port', '0', '--http-port', '0']
  const server = await serverOf(new Program(t, args, { command: 'npm', cwd: checkout }), limits.timeout)
  assert.equal((await server.report()).state, 'running')
  // As a terminal does: to npm, the shell, the primary and the workers.
  process.kill(-server.program.pid, 'SIGINT')
  await server.program.ended
  // What has ended is still there until somebody has taken note of it.
  await eventually('nothing of it is left', () => !server.program.groupAlive)
})
