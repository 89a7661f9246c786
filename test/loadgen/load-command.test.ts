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
    ['--payload', '64..'],
    ['--payload', '4096..64'],
    ['--payload', '64..16777217'],
    ['--payload', '64...4096'],
    ['--rate', '0'],
    ['--rate', '1k'],
    ['--rate', '100000001'],
    ['--arrival', 'bursty'],
    ['--seed', '-1'],
    ['--seed', '4294967296'],
    ['--ramp', '5'],
    ['--processes', '0'],
    ['--processes', 'all'],
    ['--fail-if', 'p99>5'],
    ['--fail-if', 'p98>5ms'],
    ['--slo', 'p99'],
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

test('flags that do not go together get one sentence that says why', async () => {
  const promise = ['--slo', 'p99<5ms']
  for (const [args, words] of [
    [['--find-max'], /needs a promise/],
    [promise, /--fail-if/],
    [['--find-max', ...promise, '--fail-if', 'lost>0'], /use --slo/],
    [['--find-max', ...promise, '--histogram', 'x.hlog'], /makes many/],
    [['--find-max', ...promise, '--ramp', '1s'], /makes many/],
    [['--arrival', 'poisson'], /--rate/]
  ] as const) {
    const said = await complaintAbout(...args)
    assert.match(said, /^error: [^\n]+\.\n$/)
    assert.match(said, words)
  }
})

test('an open loop tells what was due, and its seed when anything is random', async t => {
  const { host, port } = await frameServer(t)
  const flags = [
    '--rate',
    '500',
    '--arrival',
    'poisson',
    '--payload',
    '10..90',
    '--duration',
    '300ms',
    '--warm-up',
    '0s'
  ]
  const { code, stdout } = await load(t, `${host}:${port}`, ...flags, '--seed', '7', '--json')
  assert.equal(code, 0)
  const result = JSON.parse(stdout)
  assert.equal(result.seed, 7)
  assert.equal(result.openLoop.unsent, 0)
  assert.equal(result.offered, result.acked)
  assert.ok(result.offered > 100 && result.offered < 200)
  const person = await load(t, `${host}:${port}`, ...flags)
  assert.match(person.stdout, /50 connections, 500 frames\/s due by chance \(Poisson\), .*10 to 90 bytes.*, seed \d+\n/)
  assert.match(person.stdout, /^due +\d+ frames$/m)
  assert.match(person.stdout, /^never sent +0 frames$/m)
})

test('a threshold that came true gives exit code 1 and is named, one that did not is not', async t => {
  const { host, port } = await frameServer(t)
  const thresholds = ['--fail-if', 'p99>0us', '--fail-if', 'lost>0', '--fail-if', 'acked/s<1000000000']
  const flags = ['--duration', '100ms', '--warm-up', '0s']
  const { code, stdout, stderr } = await load(t, `${host}:${port}`, ...flags, ...thresholds, '--json')
  assert.equal(code, 1)
  assert.match(stderr, /^framelab load: p99>0us: p99 was [\d.]+ (µs|ms)\.$/m)
  assert.match(stderr, /^framelab load: acked\/s<1000000000: acked\/s was [\d,]+\.$/m)
  assert.doesNotMatch(stderr, /lost>0/)
  const { thresholds: judged } = JSON.parse(stdout)
  assert.deepEqual(
    judged.map(({ threshold, failed }: { threshold: string; failed: boolean }) => [threshold, failed]),
    [
      ['p99>0us', true],
      ['lost>0', false],
      ['acked/s<1000000000', true]
    ]
  )
  assert.equal((await load(t, `${host}:${port}`, ...flags, '--fail-if', 'lost>0', '--fail-if', 'p99>1s')).code, 0)
})

test('--find-max prints the curve and the rate found, also as JSON, and can be stopped', async t => {
  const slow = await submitServer(t, (socket, ids) => void setTimeout(() => socket.write(acks(ids)), 30))
  const flags = ['--find-max', '--duration', '150ms', '--warm-up', '0s', '--connections', '4']
  const impossible = await load(t, `${slow.host}:${slow.port}`, ...flags, '--rate', '8', '--slo', 'p50<1ms')
  assert.equal(impossible.code, 1)
  assert.match(impossible.stdout, /^frames\/s due +acked +p50 +p99 +p99\.9 +max +promise$/m)
  assert.match(impossible.stdout, /^ +8 .* (broken|not told.*)$/m)
  assert.match(impossible.stdout, /^No rate was found that keeps p50<1ms\.$/m)
  assert.match(impossible.stderr, /^8 frames\/s: /m)

  const { child, outcome } = begin(t, [`${slow.host}:${slow.port}`, ...flags, '--slo', 'p50<10s', '--json'])
  let said = ''
  child.stderr?.on('data', chunk => {
    said += chunk
    if (said.includes('2,000 frames/s')) child.kill('SIGINT')
  })
  const stopped = await outcome
  assert.equal(stopped.code, 130)
  const result = JSON.parse(stopped.stdout)
  assert.deepEqual(result.slo, ['p50<10s'])
  assert.equal(result.stopped, true)
  assert.equal(result.confirmed, false)
  assert.deepEqual([result.steps[0].rate, result.steps[0].verdict], [1000, 'kept'])
  assert.equal(typeof result.steps[0].figures.latency.p99Us, 'number')
})

test('a histogram that cannot be written is bad usage', async t => {
  const { code, stderr } = await load(t, '--histogram', '/nowhere/run.hlog')
  assert.equal(code, 2)
  assert.match(stderr, /^framelab: the histogram cannot be written: .*\n$/)
})

test('several processes share one load', async t => {
  const { server, ...address } = await frameServer(t)
  const flags = ['--processes', '2', '--duration', '200ms', '--warm-up', '0s']
  const { code, stdout } = await load(t, `${address.host}:${address.port}`, ...flags)
  assert.equal(code, 0)
  assert.match(stdout, /, 2 processes\n/)
  assert.equal(server.snapshot().totals.connectionsAccepted, 50)
  const auto = await load(
    t,
    `${address.host}:${address.port}`,
    '--rate',
    '50',
    '--processes',
    'auto',
    '--duration',
    '100ms'
  )
  assert.equal(auto.code, 0)
  assert.match(auto.stderr, /^framelab load: (one process is|\d+ processes are) used for this load\.$/m)
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
