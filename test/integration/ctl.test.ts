import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type TestContext } from 'node:test'
import { eventually } from './support/eventually.ts'
import { connectMany } from './support/frame-client.ts'
import { type Ended, Program, startFramelab } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 60_000 }

function ctl(t: TestContext, server: ServerProcess, ...args: string[]): Promise<Ended> {
  return startFramelab(t, ['ctl', ...args], { env: { FRAMELAB_URL: server.url } }).ended
}

async function jsonOf<Answer>(t: TestContext, server: ServerProcess, ...args: string[]): Promise<Answer> {
  const { code, stdout, stderr } = await ctl(t, server, ...args, '--json')
  assert.equal(code, 0, stderr)
  return JSON.parse(stdout) as Answer
}

test('ctl shows the server, its workers, its connections and its switches as tables and as JSON', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  await connectMany(t, server.framePort, 3)

  const { code, stdout } = await ctl(t, server, 'server')
  assert.equal(code, 0)
  assert.match(stdout, new RegExp(`frames on +127\\.0\\.0\\.1:${server.framePort}\n`))
  assert.match((await ctl(t, server, 'workers')).stdout, /^worker +pid +state.*\n +1 +\d+ +running/)
  assert.match((await ctl(t, server, 'switches')).stdout, /bufferedReader +on +on\n/)
  assert.match((await ctl(t, server, 'doctor')).stdout, /^Nothing to say\.\n$/)
  await eventually('three connections', async () => {
    const page = await jsonOf<{ total: number }>(t, server, 'connections', '--limit', '1')
    return page.total === 3
  })
  assert.equal((await ctl(t, server, 'connections', '--sort', 'ageSeconds')).stdout.trimEnd().split('\n').length, 4)
})

const strangers: Readonly<Record<string, readonly [type: string, body: string]>> = {
  'a page': ['text/html', '<!doctype html><p>Hello'],
  null: ['application/json', 'null'],
  'an empty object': ['application/json', '{}'],
  'a list': ['application/json', '[1, 2]']
}

for (const [what, [type, body]] of Object.entries(strangers)) {
  test(`whatever answers with ${what} is told to be no framelab, in one sentence`, limits, async t => {
    const stranger = createServer((_request, response) => response.setHeader('content-type', type).end(body))
    t.after(() => stranger.close())
    await once(stranger.listen(0, '127.0.0.1'), 'listening')
    const url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`
    const commands = [
      ['ctl', 'server'],
      ['ctl', 'connections'],
      ['ctl', 'events'],
      ['profile', 'list']
    ]
    for (const args of commands) {
      const { code, stderr } = await startFramelab(t, [...args, '--url', url]).ended
      assert.equal(code, 1, args.join(' '))
      assert.match(stderr, /^framelab \w+: .*\n$/)
      assert.match(stderr, /no framelab/)
    }
  })
}

test('events end with whoever reads them', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const script = `"$0" dist/cli/framelab.js ctl events --url ${server.url} | head -1`
  const { code, stdout, stderr } = await new Program(t, ['-c', script, process.execPath], { command: 'sh' }).ended
  assert.match(stdout, /^start /)
  assert.deepEqual([code, stderr], [0, ''])
})

test('output that cannot be written is told in one sentence', limits, async t => {
  const { code, stderr } = await new Program(
    t,
    ['-c', `exec "$0" dist/cli/framelab.js --help > /dev/full`, process.execPath],
    {
      command: 'sh'
    }
  ).ended
  assert.deepEqual([code, stderr], [1, 'framelab: the output cannot be written: ENOSPC\n'])
})

test('ctl changes switches, for a time and with a reason that the audit keeps', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const flags = ['--workers', '2', '--ttl', '10m', '--reason', 'is it worth it?']
  const report = await jsonOf<{ layers: { reason: string }[] }>(t, server, 'switches', 'packetPool=off', ...flags)
  assert.deepEqual(
    report.layers.map(({ reason }) => reason),
    ['is it worth it?']
  )
  assert.match((await ctl(t, server, 'switches')).stdout, /packetPool +mixed +on +off\n/)
  assert.match((await ctl(t, server, 'audit')).stdout, /patch .*is it worth it\?\n/)
  assert.match((await ctl(t, server, 'switches', '--preset', 'baseline')).stdout, /coalescedWriter +off +off +off\n/)
})

test('ctl closes one connection by id, and all that a filter selects after saying how many', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const clients = await connectMany(t, server.framePort, 3)
  const page = await jsonOf<{ items: { id: string }[] }>(t, server, 'connections', '--sort', 'id', '--order', 'asc')
  const id = page.items[0]?.id ?? ''
  assert.equal((await ctl(t, server, 'close', id)).code, 0)
  const there = await jsonOf<{ matched: number }>(t, server, 'close', '--state', 'live', '--dry-run')
  assert.ok(there.matched >= 2)
  assert.equal((await ctl(t, server, 'close', '--state', 'live', '--rate-per-second', '100')).code, 0)
  for (const client of clients) await client.untilClosed()
  const again = await ctl(t, server, 'close', '1-999')
  assert.equal(again.code, 1)
  assert.match(again.stderr, /^framelab ctl: there is no open connection '1-999'\n$/)
})

test('ctl follows events, a line of JSON for each, and drains the server', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const events = startFramelab(t, ['ctl', 'events', '--json'], { env: { FRAMELAB_URL: server.url } })
  await eventually('a snapshot', () => events.stdout.includes('"type":"snapshot"'))
  assert.equal((await ctl(t, server, 'drain')).code, 0)
  const { code, stdout } = await events.ended
  assert.equal(code, 0)
  const types = stdout
    .trimEnd()
    .split('\n')
    .map(line => (JSON.parse(line) as { type: string }).type)
  assert.equal(types[0], 'start')
  assert.ok(types.includes('drain'))
  assert.equal((await server.program.ended).code, 0)
})

test('ctl says what is wrong: nobody answers there, or the words do not fit', limits, async t => {
  const gone = await startFramelab(t, ['ctl', 'server', '--url', 'http://127.0.0.1:9']).ended
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /^framelab ctl: nothing answers there .*is 'framelab serve' running/)
  for (const [args, said] of [
    [['switches', 'pool=off'], /NAME=on or NAME=off/],
    [['switches', '--ttl', '5m'], /name a switch/],
    [['close'], /name either one connection by its id, or a filter/],
    [['server', '--url', 'ftp://there'], /--url cannot be 'ftp:\/\/there'/],
    [['connections', '--limit', '0'], /whole number from 1 to 1000/],
    [['nonsense'], /unknown command/]
  ] as const) {
    const { code, stderr } = await startFramelab(t, ['ctl', ...args]).ended
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`)
    assert.match(stderr, said)
    assert.doesNotMatch(stderr, /\n\s+at /)
  }
})
