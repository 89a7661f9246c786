import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import test, { type TestContext } from 'node:test'
import { median } from 'simple-statistics'
import { eventually } from '../integration/support/eventually.ts'
import { connectMany, FrameClient } from '../integration/support/frame-client.ts'
import { startLoad } from '../integration/support/load.ts'
import { isAlive, Program } from '../integration/support/processes.ts'
import { type ServerProcess, serverOf, startServer } from '../integration/support/server.ts'
import { found, limits, scaled } from './scale.ts'

const onLinux = { ...limits, skip: process.platform === 'linux' ? false : 'reads /proc' }

/** Seconds of processor time that a process has taken so far. */
function cpuSeconds(pid: number): number {
  // Behind the name in parentheses, which may hold spaces: fields 14 and 15, in ticks of 10 ms.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function another(server: ServerProcess, worker: number, pid: number): Promise<number> {
  return eventually('another process', async () => {
    const report = (await server.report()).workers.find(({ id }) => id === worker)
    return report?.state === 'running' && report.pid !== pid ? report.pid : null
  })
}

/** A Submit on a connection of its own. */
async function served(t: TestContext, server: ServerProcess): Promise<void> {
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(1)
  await client.acked()
  client.socket.destroy()
}

test(
  'while the only worker is killed and replaced no connection is refused: all wait and are served',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '1'])
    const pid = await server.pidOf(1)
    const beganMs = performance.now()
    process.kill(pid, 'SIGKILL')
    await eventually('the end of the worker', () => !isAlive(pid))
    // Nobody serves now, and yet each of these gets in.
    await Promise.all(Array.from({ length: 50 }, () => served(t, server)))
    found(
      'faults',
      'kill -9 of the only worker: until 50 new connections are served',
      `${Math.round(performance.now() - beganMs)} ms`
    )
    await another(server, 1, pid)
    assert.equal((await server.report()).totals.connectionsAccepted, 50)
  }
)

test('a worker killed under full load is replaced by one that serves new connections', limits, async t => {
  const waitsMs: number[] = []
  for (let round = 0; round < scaled(1, 10); round++) {
    const server = await startServer(t, ['--workers', '2'])
    const load = startLoad(t, server, ['--connections', '100', '--in-flight', '20', '--duration', '60s'])
    await eventually('traffic', async () => (await server.report()).totals.framesSent > 100_000)
    const pid = await server.pidOf(1)
    const beganMs = performance.now()
    process.kill(pid, 'SIGKILL')
    await another(server, 1, pid)
    const newcomer = await FrameClient.connect(t, server.framePort)
    newcomer.submit(1)
    await newcomer.acked()
    waitsMs.push(performance.now() - beganMs)
    const { items } = await server.ask<{ items: { worker: number; peer: { port: number } }[] }>(
      'GET',
      '/api/v1/connections?limit=500'
    )
    assert.equal(items.find(({ peer }) => peer.port === newcomer.socket.localPort)?.worker, 1)
    const { workers } = await server.report()
    assert.deepEqual(
      workers.map(({ restarts }) => restarts),
      [1, 0]
    )
    load.program.signal('SIGINT')
    await load.result
    server.program.killGroup()
  }
  const told = [median(waitsMs), Math.max(...waitsMs)].map(ms => `${Math.round(ms)} ms`)
  found(
    'faults',
    `kill -9 of a worker under full load, ${waitsMs.length} times: until its replacement serves`,
    `median ${told[0]}, longest ${told[1]}`
  )
})

test(
  'a stopped worker keeps one new connection at most; the others serve, and it goes on where it was',
  limits,
  async t => {
    const server = await startServer(t, ['--workers', '2'])
    const clients = await connectMany(t, server.framePort, 6)
    const pid = await server.pidOf(1)
    process.kill(pid, 'SIGSTOP')
    t.after(() => isAlive(pid) && process.kill(pid, 'SIGCONT'))

    for (const client of clients) client.submit(100)
    const late = await Promise.all(Array.from({ length: 10 }, () => FrameClient.connect(t, server.framePort)))
    for (const client of late) client.submit(10)
    const all = [...clients, ...late]
    await eventually('all acks but of the stopped worker', () => all.filter(client => client.isAcked).length >= 3 + 9)
    assert.equal((await server.call('GET', '/api/v1/server')).status, 200, 'the control plane answers')

    process.kill(pid, 'SIGCONT')
    await Promise.all(all.map(client => client.acked()))
    const { workers } = await server.report()
    assert.deepEqual(
      workers.map(({ restarts }) => restarts),
      [0, 0]
    )
  }
)

test(
  'out of file descriptors it refuses, says so, does not spin, and serves again when some are free',
  onLinux,
  async t => {
    // Of 512 a worker keeps 64 for itself.
    const script = 'ulimit -n 512; exec "$0" dist/cli/framelab.js serve --workers 1 --frame-port 0 --http-port 0'
    const server = await serverOf(new Program(t, ['-c', script, process.execPath], { command: 'sh' }))
    assert.ok(
      server.log.some(({ msg }) => /enough for 448 connections a worker.*ulimit -n/.test(msg)),
      'said at the start'
    )

    const clients: FrameClient[] = []
    while (clients.length < 600) {
      const group = await Promise.all(Array.from({ length: 50 }, () => FrameClient.connect(t, server.framePort)))
      for (const client of group) client.submit(1)
      await eventually('an ack or an end for each', () => group.every(client => client.isAcked || client.closed))
      clients.push(...group)
    }
    const open = clients.filter(client => !client.closed)
    assert.equal(open.length, 448)
    const { totals, workers } = await server.report()
    assert.equal(totals.refused.max_connections, 600 - 448)
    assert.equal(workers[0]?.restarts, 0)
    await eventually('a line in the log', () => server.log.some(({ msg }) => /refused 127.*max_connections/.test(msg)))

    // Nobody asks for anything now, so nothing is to be done.
    const pids = [server.program.pid, workers[0]?.pid ?? 0]
    const before = pids.map(cpuSeconds)
    await new Promise(resolve => setTimeout(resolve, 1000))
    const spent = pids.map((pid, index) => cpuSeconds(pid) - (before[index] ?? 0))
    assert.ok(
      spent.every(seconds => seconds < 0.5),
      `${spent.join(' and ')} s of processor time in an idle second`
    )

    for (const client of open.slice(0, 10)) client.socket.destroy()
    await eventually('room', async () => (await server.report()).totals.connectionsOpen === 438)
    await served(t, server)
  }
)

test('a primary without free file descriptors loses the connections it cannot take, and lives', onLinux, async t => {
  const script = 'ulimit -n 512; exec "$0" dist/cli/framelab.js serve --workers 1 --frame-port 0 --http-port 0'
  const server = await serverOf(new Program(t, ['-c', script, process.execPath], { command: 'sh' }))
  // Each connection to the control plane takes one of the primary's.
  const hogs = Array.from({ length: 700 }, () => connect({ port: Number(new URL(server.url).port), host: '127.0.0.1' }))
  for (const hog of hogs) {
    hog.on('error', () => {})
    t.after(() => hog.destroy())
  }
  await eventually('all have tried', () => hogs.every(hog => !hog.connecting))
  const before = cpuSeconds(server.program.pid)
  await new Promise(resolve => setTimeout(resolve, 1000))
  const spent = cpuSeconds(server.program.pid) - before
  assert.ok(spent < 0.5, `${spent} s of processor time in a second without file descriptors`)
  for (const hog of hogs) hog.destroy()
  await eventually('an answer', () =>
    server.call('GET', '/healthz').then(
      ({ status }) => status === 200,
      () => false
    )
  )
  await served(t, server)
  assert.equal(server.program.running, true)
})

test('connections that open and reset as fast as they can disturb nobody', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const steady = await FrameClient.connect(t, server.framePort)
  for (let round = 0; round < 20; round++) {
    const sockets = Array.from({ length: 50 }, () => connect({ port: server.framePort, host: '127.0.0.1' }))
    for (const socket of sockets) {
      socket.on('error', () => {})
      socket.once('connect', () => socket.resetAndDestroy())
    }
    steady.submit(10)
    await steady.acked()
    await eventually('the end of all', () => sockets.every(socket => socket.destroyed))
  }
  await eventually('one left', async () => (await server.report()).totals.connectionsOpen === 1)
  assert.equal(server.log.filter(({ level }) => level >= 50).length, 0)
})
