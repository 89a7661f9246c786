import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import test from 'node:test'
import { eventually } from '../integration/support/eventually.ts'
import { FrameClient } from '../integration/support/frame-client.ts'
import { startLoad } from '../integration/support/load.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { jainIndex, quantile } from './jain.ts'
import { found, limits, scaled } from './scale.ts'

const MEBIBYTE = 1024 * 1024

interface Listed {
  readonly id: string
  readonly framesReceived: number
}

async function framesOf(server: ServerProcess): Promise<Map<string, number>> {
  const { items } = await server.ask<{ items: Listed[] }>('GET', '/api/v1/connections?limit=1000')
  return new Map(items.map(({ id, framesReceived }) => [id, framesReceived]))
}

/** Frames that each of these connections had served from `before` to `after`. */
function gained(before: Map<string, number>, after: Map<string, number>): number[] {
  return [...before].flatMap(([id, frames]) => (after.has(id) ? [(after.get(id) as number) - frames] : []))
}

async function rssOf(server: ServerProcess): Promise<number> {
  return (await server.report()).workers.reduce((sum, { rssBytes }) => sum + rssBytes, 0)
}

const severalSeconds = (): Promise<void> => new Promise(resolve => setTimeout(resolve, scaled(2000, 15_000)))

for (const [where, workers] of [
  ['one worker', 1],
  ['all cores', availableParallelism()]
] as const) {
  test(
    `saturated on ${where} by equal clients it is fair, memory is bounded, the control plane answers, and it ends`,
    limits,
    async t => {
      const server = await startServer(t, ['--workers', String(workers)])
      const clients = 50 * workers
      // Far more outstanding than it can answer at once, for the whole test.
      const load = startLoad(t, server, ['--connections', String(clients), '--in-flight', '500', '--duration', '10m'])
      await eventually('traffic on all', async () => {
        const { totals } = await server.report()
        return totals.connectionsOpen === clients && totals.framesSent > 100_000
      })
      const before = await framesOf(server)
      const rssBefore = await rssOf(server)
      const answersMs: number[] = []
      const until = severalSeconds().then(() => true)
      for (let over = false; !over || answersMs.length < 20; over = await Promise.race([until, false])) {
        const beganMs = performance.now()
        await server.report()
        answersMs.push(performance.now() - beganMs)
      }
      const shares = gained(before, await framesOf(server))
      const index = jainIndex(shares)
      const rss = await rssOf(server)
      assert.equal(shares.length, clients)
      assert.ok(index >= 0.95, `Jain's index ${index}`)
      assert.ok(rss < rssBefore + 64 * MEBIBYTE * workers, `${rssBefore} -> ${rss} bytes`)
      found('overload', `${where}: Jain's index over ${clients} equal saturating clients`, index.toFixed(4))
      const [p50, p99] = [quantile(answersMs, 0.5), quantile(answersMs, 0.99)]
      const told = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms of ${answersMs.length}`
      found('overload', `${where}: GET /api/v1/server while saturated`, told)
      const grown = ((rss - rssBefore) / MEBIBYTE).toFixed(1)
      found('overload', `${where}: workers' RSS`, `${grown} MiB more at the end`)

      // It returns to normal by itself.
      load.program.signal('SIGINT')
      await load.result
      await eventually('no connection left', async () => (await server.report()).totals.connectionsOpen === 0)
      const client = await FrameClient.connect(t, server.framePort)
      client.submit(100)
      await client.acked()
      const { totals } = await server.report()
      assert.equal(totals.framesSent, totals.framesReceived)
    }
  )
}

test('one greedy peer with deep pipelines does not starve a hundred polite ones', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  const polite = startLoad(t, server, ['--connections', '100', '--in-flight', '1', '--duration', '10m'])
  await eventually('polite ones', async () => (await server.report()).totals.connectionsOpen === 100)
  const politeOnes = await framesOf(server)
  await severalSeconds()
  const alone = gained(politeOnes, await framesOf(server))

  const greedy = startLoad(t, server, ['--connections', '1', '--in-flight', '100000', '--duration', '10m'])
  await eventually('the greedy one', async () => (await server.report()).totals.connectionsOpen === 101)
  const before = await framesOf(server)
  await severalSeconds()
  const after = await framesOf(server)
  const shares = gained(new Map([...before].filter(([id]) => politeOnes.has(id))), after)
  const [greedyFrames = 0] = gained(new Map([...before].filter(([id]) => !politeOnes.has(id))), after)
  const index = jainIndex(shares)
  assert.equal(shares.length, 100)
  assert.ok(Math.min(...shares) > 10, `the one served least had ${Math.min(...shares)} frames`)
  assert.ok(index >= 0.95, `Jain's index over the polite ones ${index}`)
  const sum = (frames: readonly number[]): number => frames.reduce((total, one) => total + one, 0)
  const kept = `${sum(alone)} frames alone, ${sum(shares)} beside ${greedyFrames} of the greedy one, index ${index.toFixed(4)}`
  found('overload', 'a hundred polite clients, in the same time', kept)
  for (const load of [polite, greedy]) load.program.signal('SIGINT')
})
