import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { CommanderError } from 'commander'
import { loadCommand } from '../../src/cli/load.ts'
import { afterCalls } from './runs.ts'
import { acks, frameServer, plainServer, submitServer } from './servers.ts'

const main = fileURLToPath(new URL('load-main.ts', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

function begin(t: TestContext, args: string[]): { child: ChildProcess; outcome: Promise<Outcome> } {
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  t.after(() => child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', chunk => {
    stdout += chunk
  })
  child.stderr.setEncoding('utf8').on('data', chunk => {
    stderr += chunk
  })
  return { child, outcome: once(child, 'close').then(([code]) => ({ code, stdout, stderr })) }
}

const load = (t: TestContext, ...args: string[]): Promise<Outcome> => begin(t, args).outcome

test('--json prints one object with the agreed keys, and nothing else on stdout', async t => {
  const { host, port } = await frameServer(t)
  const { code, stdout } = await load(t, `${host}:${port}`, '--duration', '100ms', '--warm-up', '50ms', '--json')
  assert.equal(code, 0)
  const result = JSON.parse(stdout)
  assert.deepEqual(Object.keys(result), [
    'seconds',
    'offered',
    'sent',
    'acked',
    'lost',
    'errors',
    'ackedPerSecond',
    'latency',
    'generator'
  ])
  assert.equal(result.lost, 0)
  assert.deepEqual(result.errors, {})
  assert.equal(result.sent, result.acked)
})

test('a person gets a table with units on stdout, and a line for each second on stderr when it is piped', async t => {
  const { host, port } = await frameServer(t)
  const { code, stdout, stderr } = await load(t, `${host}:${port}`, '--duration', '1500ms', '--warm-up', '0s')
  assert.equal(code, 0)
  for (const row of [/^throughput +[\d,]+ frames\/s$/m, /^lost +0 frames$/m, /^latency p99\.9 +[\d.]+ (µs|ms|s)$/m]) {
    assert.match(stdout, row)
  }
  assert.match(stdout, /^errors +none$/m)
  assert.match(stderr, /^1 of 2 s: [\d,]+ frames\/s, p50 .+, p99 .+\n$/)
})

test('Ctrl-C ends the run early and prints what was measured', async t => {
  const served = afterCalls(1000)
  const { host, port } = await submitServer(t, (socket, ids) => {
    socket.write(acks(ids))
    served.call(ids.length)
  })
  const { child, outcome } = begin(t, [`${host}:${port}`, '--duration', '1h', '--warm-up', '0s', '--json'])
  await served.reached
  child.kill('SIGINT')
  const { code, stdout } = await outcome
  assert.equal(code, 0)
  assert.ok(JSON.parse(stdout).acked > 0)
})

test('errors and lost Submits give exit code 1, and say on stderr what went wrong first', async t => {
  const { host, port } = await plainServer(t, socket => socket.once('data', () => socket.write('this is not an ack')))
  const { code, stdout, stderr } = await load(t, `${host}:${port}`, '--connections', '2', '--warm-up', '0s', '--json')
  assert.equal(code, 1)
  assert.deepEqual(JSON.parse(stdout).errors, { malformed: 2 })
  assert.match(stderr, /expected an ack with command 0x81/)
})

test('when nothing listens there, it says what to do', async t => {
  const { host, port, server } = await plainServer(t, () => {})
  server.close()
  const { code, stdout, stderr } = await load(t, `${host}:${port}`)
  assert.equal(code, 1)
  assert.equal(stdout, '')
  assert.match(stderr, new RegExp(`^framelab load: could not connect to ${host}:${port}: .*'framelab serve'\\.\\n$`))
})

/** What commander says to such arguments; they must not get as far as a run. */
async function complaintAbout(...args: string[]): Promise<string> {
  let said = ''
  const command = loadCommand().configureOutput({
    writeErr: text => {
      said += text
    }
  })
  await assert.rejects(command.parseAsync(args, { from: 'user' }), CommanderError, args.join(' '))
  return said
}

test('bad usage gets exit code 2 and nothing on stdout', async t => {
  const { code, stdout, stderr } = await load(t, '--connections', '0')
  assert.equal(code, 2)
  assert.equal(stdout, '')
  assert.match(stderr, /^error: [^\n]+\n$/)
})

test('bad values get one sentence that names flag, value and rule', async () => {
  const counts = ['--connections', '--in-flight'].flatMap(flag =>
    ['1e3', '-5', '0', 'abc', '1.5', '', '99999999'].map(value => [flag, value])
  )
  const others = [
    ['--payload', '16777217'],
    ['--payload', '-1'],
    ['--duration', '5'],
    ['--duration', '0s'],
    ['--duration', '25h'],
    ['--warm-up', '-1s'],
    ['--wire', 'other']
  ]
  for (const [flag = '', value = ''] of [...counts, ...others]) {
    const said = await complaintAbout(flag, value)
    assert.match(said, /^error: [^\n]+\.\n$/)
    assert.ok(said.includes(`'${flag} `) && said.includes(`'${value}'`), said)
  }
})

test('bad addresses, unknown flags and too many arguments get one line', async () => {
  const addresses = ['nowhere', 'host:', 'host:0', 'host:65536', 'host:1e3', ':8888', '::1:8888', '[::1]', 'http://h:1']
  for (const args of [...addresses.map(address => [address]), ['--bogus'], ['a:1', 'b:2']]) {
    assert.match(await complaintAbout(...args), /^error: [^\n]+\n$/)
  }
})

test('--help has examples and exits with 0', async t => {
  const { code, stdout } = await load(t, '--help')
  assert.equal(code, 0)
  assert.match(stdout, /Usage: .*\[HOST:PORT\]/)
  assert.match(stdout, /Examples:\n {2}framelab load /)
  assert.match(stdout, /default: 127\.0\.0\.1:8888/)
})
