import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { idOf, submit } from '../support/frames.ts'
import { eventually } from './support/eventually.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 120_000 }

/** Opens connections as fast as it goes, at most so many at a time unfinished. */
async function openConnections(t: test.TestContext, port: number, count: number, atOnce: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  t.after(() => {
    for (const socket of sockets) socket.destroy()
  })
  const openOneByOne = async (): Promise<void> => {
    while (sockets.length < count) {
      const socket = connect({ port, host: '127.0.0.1' })
      sockets.push(socket)
      await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, openOneByOne))
  return sockets
}

const openOn = async (server: ServerProcess): Promise<number> => (await server.report()).totals.connectionsOpen

const sharesOf = async (server: ServerProcess): Promise<number[]> =>
  (await server.report()).workers.map(({ connections }) => connections)

/** How far the share that is furthest from an even one is from it, as a part of it. */
function imbalance(shares: readonly number[]): number {
  const even = shares.reduce((sum, share) => sum + share, 0) / shares.length
  return Math.max(...shares.map(share => Math.abs(share - even))) / even
}

/** The shares of 1,000 new connections, which are closed again. */
async function spread(t: test.TestContext, server: ServerProcess, atOnce: number): Promise<number[]> {
  const sockets = await openConnections(t, server.framePort, 1000, atOnce)
  await eventually('all connections', async () => (await openOn(server)) === 1000)
  const shares = await sharesOf(server)
  for (const socket of sockets) socket.destroy()
  await eventually('no connections', async () => (await openOn(server)) === 0)
  return shares
}

for (const workers of [2, 3, 4]) {
  for (const atOnce of [1, 50, 1000]) {
    test(
      `1,000 connections that come ${atOnce} at a time are spread over ${workers} workers within 20 %`,
      limits,
      async t => {
        const server = await startServer(t, ['--workers', `${workers}`])
        const shares = await spread(t, server, atOnce)
        t.diagnostic(`by worker: ${shares.join(', ')}`)
        assert.ok(imbalance(shares) <= 0.2, shares.join(', '))
      }
    )
  }
}

test('a worker that was replaced is given the next connections, until all have as many', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  await openConnections(t, server.framePort, 400, 50)
  await eventually('all connections', async () => (await openOn(server)) === 400)
  process.kill(await server.pidOf(2), 'SIGKILL')
  const [kept = 0] = await eventually('the survivors', async () => {
    const shares = await sharesOf(server)
    return shares[1] === 0 && (await server.report()).workers[1]?.state === 'running' ? shares : null
  })
  // As their peers would come again.
  await openConnections(t, server.framePort, 400 - kept, 50)
  await eventually('all connections', async () => (await openOn(server)) === 400)
  const shares = await sharesOf(server)
  t.diagnostic(`by worker: ${shares.join(', ')}`)
  assert.ok(imbalance(shares) <= 0.2, shares.join(', '))
})

test('a storm of 6,000 new connections does not stall the control plane', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  let storming = true
  const latenciesMs: number[] = []
  let duringStorm = 0
  const watching = (async () => {
    while (storming) {
      const beganMs = performance.now()
      await server.report()
      latenciesMs.push(performance.now() - beganMs)
      if (storming) duringStorm++
      await sleep(10)
    }
  })()

  const beganMs = performance.now()
  const sockets = await openConnections(t, server.framePort, 6000, 200)
  await eventually('all connections', async () => (await openOn(server)) === 6000)
  const tookMs = performance.now() - beganMs
  storming = false
  await watching

  latenciesMs.sort((a, b) => a - b)
  const at = (part: number): string => (latenciesMs[Math.floor((latenciesMs.length - 1) * part)] ?? 0).toFixed(0)
  t.diagnostic(
    `6,000 connections in ${tookMs.toFixed(0)} ms; meanwhile ${duringStorm} answers, ` +
      `median ${at(0.5)} ms, p90 ${at(0.9)} ms, longest ${at(1)} ms`
  )
  // How fast depends on the machine, which runs the clients as well; a stalled plane would have answered once, at the end.
  assert.ok(duringStorm >= 5, `${duringStorm} answers during the storm`)
  assert.ok(
    (latenciesMs.at(-1) ?? 0) < Math.max(1000, tookMs / 2),
    `the longest took ${at(1)} ms of ${tookMs.toFixed(0)}`
  )

  // None of them was accepted and forgotten.
  let acked = 0
  for (const socket of sockets) {
    socket.once('data', () => acked++)
    socket.write(submit(idOf(1)))
  }
  await eventually('an ack on every connection', () => acked === 6000)
})
