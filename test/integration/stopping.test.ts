import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { constants } from 'node:os'
import { join } from 'node:path'
import test, { type TestContext } from 'node:test'
import { ACK_BYTES } from '../support/frames.ts'
import { temporaryFolder } from './support/checkout.ts'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { startLoad } from './support/load.ts'
import { isAlive, startFramelab } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 60_000 }

/** All the ways to ask for a graceful stop. */
const waysToStop: Readonly<Record<string, (server: ServerProcess) => Promise<unknown>>> = {
  SIGTERM: async server => server.program.signal('SIGTERM'),
  SIGINT: async server => server.program.signal('SIGINT'),
  'POST /api/v1/drain': server => server.ask('POST', '/api/v1/drain')
}

async function profileOf(server: ServerProcess, seconds: number): Promise<string> {
  return (await server.ask<{ id: string }>('POST', '/api/v1/profiles', { kind: 'cpu', seconds })).id
}

async function stateOf(server: ServerProcess, profile: string): Promise<string> {
  return (await server.ask<{ state: string }>('GET', `/api/v1/profiles/${profile}`)).state
}

function isRefused(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ port, host: '127.0.0.1' })
    socket.once('connect', () => resolve(false)).once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
}

/** A client that has sent far more than the buffers of the kernel hold acks for, and does not read yet: a drain waits for it. */
async function slowReader(t: TestContext, server: ServerProcess): Promise<FrameClient> {
  const client = await FrameClient.connect(t, server.framePort)
  client.socket.pause()
  client.submit(500_000)
  await eventually('acks that wait for their reader', async () => {
    const { items } = await server.ask<{ items: { pendingBytes: number }[] }>('GET', '/api/v1/connections')
    return items.some(({ pendingBytes }) => pendingBytes > 0)
  })
  return client
}

for (const [way, stop] of Object.entries(waysToStop)) {
  test(`${way} answers the frames that were sent, ends every connection, and exits with 0`, limits, async t => {
    const server = await startServer(t, ['--workers', '2'])
    const clients = await Promise.all(Array.from({ length: 4 }, () => FrameClient.connect(t, server.framePort)))
    for (const client of clients) client.submit(1)
    await Promise.all(clients.map(client => client.acked()))
    // Sent, and not waited for: they are on their way when the server is told to stop.
    for (const client of clients) client.submit(5000)
    await stop(server)

    const { code, signal } = await server.program.ended
    assert.deepEqual({ code, signal }, { code: 0, signal: null })
    for (const client of clients) {
      await client.untilClosed()
      assert.ok(client.isAcked, `all acks came, and nothing else: ${client.receivedBytes / ACK_BYTES} of 5001`)
      assert.equal(client.error, null, 'the connection ends, it is not reset')
    }
    assert.equal(server.program.groupAlive, false, 'no process is left')
    assert.ok(await isRefused(server.framePort))
  })
}

test('a server with idle connections, of both ports, stops at once', limits, async t => {
  const server = await startServer(t)
  await FrameClient.connect(t, server.framePort)
  const idleHttp = connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' })
  t.after(() => idleHttp.destroy())
  await server.report()
  const beganMs = performance.now()
  server.program.signal('SIGTERM')
  assert.equal((await server.program.ended).code, 0)
  assert.ok(performance.now() - beganMs < 5000, 'far below the deadline of 10 s')
})

test('while it drains, it accepts no connection, is not ready, and answers those that still send', limits, async t => {
  const server = await startServer(t, ['--workers', '2', '--shutdown-timeout-ms', '60000'])
  const slow = await slowReader(t, server)
  await server.ask('POST', '/api/v1/drain')
  await eventually('a closed frame port', () => isRefused(server.framePort))
  const ready = await server.call('GET', '/readyz')
  assert.equal(ready.status, 503)
  assert.equal((await server.call('GET', '/healthz')).status, 200, 'it is alive until it ends')
  assert.equal((await server.report()).state, 'draining')

  slow.submit(1000)
  slow.socket.resume()
  assert.equal((await server.program.ended).code, 0)
  await slow.untilClosed()
  assert.ok(slow.isAcked, 'what came during the drain is answered too')
})

test('a peer that neither reads nor leaves cannot hold the server longer than the deadline', limits, async t => {
  const server = await startServer(t, ['--workers', '1', '--shutdown-timeout-ms', '1000'])
  await slowReader(t, server)
  const beganMs = performance.now()
  server.program.signal('SIGTERM')
  assert.equal((await server.program.ended).code, 0)
  const tookMs = performance.now() - beganMs
  assert.ok(tookMs < 5000, `it took ${Math.round(tookMs)} ms`)
  assert.equal(server.program.groupAlive, false)
})

test('a second signal ends it at once, whatever is still under way', limits, async t => {
  const server = await startServer(t, ['--workers', '2', '--shutdown-timeout-ms', '60000'])
  await slowReader(t, server)
  server.program.signal('SIGTERM')
  await eventually('a draining server', async () => (await server.report()).state === 'draining')
  const beganMs = performance.now()
  server.program.signal('SIGTERM')
  assert.equal((await server.program.ended).code, 128 + constants.signals.SIGTERM, 'what was under way is lost')
  assert.ok(performance.now() - beganMs < 5000, 'a sixth of the part of the deadline in which it serves on')
  await eventually('the end of the workers', () => !server.program.groupAlive)
})

test('a signal that comes while the workers start is kept until they have, and leaves nothing', limits, async t => {
  const program = startFramelab(t, ['serve', '--frame-port', '0', '--http-port', '0', '--workers', '2'])
  const children = (): string =>
    spawnSync('ps', ['-o', 'pid=', '--ppid', `${program.pid}`], { encoding: 'utf8' }).stdout
  await eventually('a worker that starts', () => children().trim() !== '', 10_000)
  program.signal('SIGTERM')
  const { code, stderr } = await program.ended
  assert.equal(code, 0)
  assert.doesNotMatch(stderr, /\n {4}at /, 'no stack trace')
  assert.equal(program.groupAlive, false)
})

test('Ctrl-C, which reaches primary and workers alike, stops it gracefully', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(1)
  await client.acked()
  client.submit(5000)
  process.kill(-server.program.pid, 'SIGINT')
  assert.equal((await server.program.ended).code, 0)
  await client.untilClosed()
  assert.ok(client.isAcked)
})

test('SIGTERM in the middle of a profile ends it, and leaves nothing half-written', limits, async t => {
  const folder = temporaryFolder(t)
  const server = await startServer(t, ['--workers', '1', '--data-dir', folder])
  const kept = await profileOf(server, 1)
  await eventually('a profile', async () => (await stateOf(server, kept)) === 'done')
  const cut = await profileOf(server, 60)
  await eventually('another one under way', async () => (await stateOf(server, cut)) === 'running')
  const beganMs = performance.now()
  server.program.signal('SIGTERM')
  const { code, stderr } = await server.program.ended
  assert.equal(code, 0)
  assert.ok(performance.now() - beganMs < 10_000, 'a sixth of what the profile would have taken')
  assert.doesNotMatch(stderr, /"level":[56]0/, 'no error is logged')
  assert.deepEqual(readdirSync(join(folder, 'profiles')).sort(), [`${kept}.data.gz`, `${kept}.json`])
})

test('under load, a graceful stop loses no frame that the server has taken', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const load = startLoad(t, server, ['--connections', '20', '--in-flight', '50', '--duration', '30s'])
  await eventually('a server under load', async () => (await server.report()).totals.framesSent > 10_000)
  const pids = (await server.report()).workers.map(({ pid }) => pid ?? 0)
  server.program.signal('SIGTERM')
  const { code, stderr } = await server.program.ended
  assert.equal(code, 0)
  assert.doesNotMatch(stderr, /"level":[56]0/, 'no error is logged')
  for (const pid of pids) assert.equal(isAlive(pid), false)

  // The peer never stops sending, so some Submits cross the end of their connection: these are lost, and said to be.
  load.program.signal('SIGINT')
  const { figures } = await load.result
  assert.ok(figures.lost <= 20 * 50, `${figures.lost} lost`)
  assert.equal(figures.sent, figures.acked + figures.lost + (figures.errors.refused ?? 0))
})
