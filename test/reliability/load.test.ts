import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { startLoad } from '../integration/support/load.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { ACK_BYTES, close, ECHO_BYTES, idOf, submit } from '../support/frames.ts'
import { found, limits, scaled } from './scale.ts'

const MEGABYTE = 1024 * 1024
const thousands = (count: number): string => count.toLocaleString('en-US')

async function rssOf(server: ServerProcess): Promise<number> {
  return (await server.report()).workers.reduce((sum, { rssBytes }) => sum + rssBytes, 0)
}

/** File descriptors that the server's processes have open. */
async function openFiles(server: ServerProcess): Promise<number> {
  const { workers } = await server.report()
  const pids = [server.program.pid, ...workers.map(({ pid }) => pid ?? 0)]
  return pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0)
}

test('many connections that send on a schedule, whatever comes back, get every ack', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const connections = scaled(1000, 10_000)
  const [rate, duration, warmUp] = scaled(['2000', '3s', '0s'], ['20000', '60s', '5s'])
  const schedule = ['--rate', rate, '--duration', duration, '--warm-up', warmUp]
  const load = startLoad(t, server, ['--connections', String(connections), ...schedule])
  await eventually(
    'all connections',
    async () => (await server.report()).totals.connectionsOpen === connections,
    120_000
  )
  const rssFirst = await rssOf(server)
  const { code, figures } = await load.result
  const rssLast = await rssOf(server)
  assert.equal(code, 0)
  assert.deepEqual([figures.acked, figures.lost], [figures.sent, 0])
  assert.ok(figures.sent > 1000)
  await eventually('none is left', async () => (await server.report()).totals.connectionsOpen === 0)
  const { totals } = await server.report()
  assert.equal(totals.framesSent, totals.framesReceived)
  assert.ok(rssLast - rssFirst < 128 * MEGABYTE, `${rssFirst} -> ${rssLast} bytes`)
  const { latency } = figures as unknown as { latency: { p99Us: number } }
  found(
    'load',
    `${thousands(connections)} connections, open loop, ${thousands(Number(rate))} Submits/s for ${duration}`,
    `${thousands(figures.acked)} sent and acked, p99 ${(latency.p99Us / 1000).toFixed(1)} ms, workers' RSS ${((rssLast - rssFirst) / MEGABYTE).toFixed(1)} MiB more at the end`
  )
})

/** Connects, has a Submit acked, and leaves: by Close, or by a reset. */
function visit(port: number, politely: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    let received = 0
    socket.on('error', reject)
    socket.on('close', () => resolve())
    socket.on('connect', () =>
      socket.write(politely ? Buffer.concat([submit(idOf(1)), close(idOf(2))]) : submit(idOf(1)))
    )
    socket.on('data', chunk => {
      received += chunk.byteLength
      // A reset leaves no port waiting at this end, so that they last for all the visits.
      if (received >= ACK_BYTES + (politely ? ECHO_BYTES : 0)) socket.resetAndDestroy()
    })
  })
}

test('connections opened and closed one after the other leave nothing behind', {
  ...limits,
  skip: process.platform === 'linux' ? false : 'reads /proc'
}, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const visits = scaled(6000, 100_000)
  const warmUp = scaled(3000, 30_000)
  let begun = 0
  const lane = async (until: number): Promise<void> => {
    while (begun < until) await visit(server.framePort, begun++ % 10 === 0)
  }
  const all = (until: number): Promise<unknown> => Promise.all(Array.from({ length: 16 }, () => lane(until)))
  const empty = (): Promise<unknown> =>
    eventually('none is left', async () => (await server.report()).totals.connectionsOpen === 0)

  await all(warmUp)
  await empty()
  const before = { rss: await rssOf(server), files: await openFiles(server) }
  await all(warmUp + visits)
  await empty()
  const { totals } = await server.report()
  assert.equal(totals.connectionsAccepted, warmUp + visits)
  assert.equal((await server.ask<{ total: number }>('GET', '/api/v1/connections')).total, 0)
  await eventually('as many open files as before', async () => (await openFiles(server)) <= before.files + 2)
  const grown = (await rssOf(server)) - before.rss
  assert.ok(grown < 48 * MEGABYTE, `${grown} bytes more`)
  found(
    'load',
    `${thousands(visits)} connections opened and closed`,
    `0 open files more, workers' RSS ${(grown / MEGABYTE).toFixed(1)} MiB more`
  )
})
