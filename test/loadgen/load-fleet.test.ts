import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { LoadProgress } from '../../src/contract/load-figures.ts'
import {
  figuresOf,
  type LoadSlice,
  latencyOf,
  mergeSlices,
  sliceFromData,
  sliceToData
} from '../../src/loadgen/figures.ts'
import { LoadFleet, type LoadFleetOptions, sharesOf } from '../../src/loadgen/load-fleet.ts'
import type { LoadInterval } from '../../src/loadgen/load-run.ts'
import { noErrors } from '../../src/loadgen/tally.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'
import { definition } from './runs.ts'
import { frameServer, plainServer } from './servers.ts'

function fleet(
  t: TestContext,
  ...[load, processes, options]: [ReturnType<typeof definition>, number, LoadFleetOptions?]
): LoadFleet {
  const started = new LoadFleet(load, processes, options)
  t.after(() => started.kill())
  return started
}

const latencies = fc.array(fc.integer({ min: 1, max: 10_000_000_000 }), { maxLength: 200 })

test('slices of several processes are merged into what one would have recorded, also after they were sent', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ latencies, delays: latencies, lost: fc.nat(5) }), { minLength: 1, maxLength: 6 }),
      parts => {
        const whole = { latency: new LatencyHistogram(), delay: new LatencyHistogram() }
        const slices = parts.map((part, index): LoadSlice => {
          const latency = new LatencyHistogram()
          const sendDelay = new LatencyHistogram()
          for (const value of part.latencies) for (const histogram of [latency, whole.latency]) histogram.record(value)
          for (const value of part.delays) for (const histogram of [sendDelay, whole.delay]) histogram.record(value)
          const acked = part.latencies.length
          const sent = acked + part.lost
          const counts = { offered: sent, sent, acked, lost: part.lost, errors: { ...noErrors(), closed: index } }
          return {
            seconds: 2,
            counts,
            ackedInTime: acked,
            latency,
            sendDelay,
            busyShare: index / 10,
            coreWaitShare: index / 20
          }
        })
        const sent = slices.map(slice => sliceFromData(JSON.parse(JSON.stringify(sliceToData(slice)))))
        for (const merged of [mergeSlices(slices), mergeSlices(sent)]) {
          const figures = figuresOf(merged)
          const acked = parts.reduce((sum, part) => sum + part.latencies.length, 0)
          const lost = parts.reduce((sum, part) => sum + part.lost, 0)
          assert.deepEqual(merged.latency.toJSON(), whole.latency.toJSON())
          assert.deepEqual(merged.sendDelay?.toJSON(), whole.delay.toJSON())
          assert.deepEqual(figures.latency, latencyOf(whole.latency))
          assert.deepEqual([figures.acked, figures.lost, figures.sent], [acked, lost, acked + lost])
          assert.equal(figures.errors.closed ?? 0, (parts.length * (parts.length - 1)) / 2)
          assert.equal(figures.ackedPerSecond, Math.round(acked / 2))
          assert.equal(merged.busyShare, (parts.length - 1) / 10)
          assert.equal(merged.coreWaitShare, (parts.length - 1) / 20)
        }
      }
    )
  )
})

test('shares have every connection and all of the rate, with different numbers and seeds', () => {
  const whole = fc.record({
    connections: fc.integer({ min: 1, max: 5000 }),
    rate: fc.integer({ min: 1, max: 1_000_000 }),
    seed: fc.nat()
  })
  fc.assert(
    fc.property(whole, fc.integer({ min: 1, max: 20 }), ({ connections, rate, seed }, processes) => {
      const shares = sharesOf(definition({ host: 'h', port: 1 }, { connections, rate, seed }), processes)
      assert.equal(shares.length, Math.min(processes, connections))
      let next = 0
      for (const share of shares) {
        assert.equal(share.firstConnection ?? 0, next)
        next += share.connections
        assert.ok(Math.abs((share.rate ?? 0) / share.connections - rate / connections) < 1e-6)
      }
      assert.equal(next, connections)
      assert.ok(Math.abs(shares.reduce((sum, share) => sum + (share.rate ?? 0), 0) - rate) < 1e-3)
      assert.equal(new Set(shares.map(share => share.seed)).size, shares.length)
    })
  )
})

test('a run of two processes is counted as one, and agrees with the server', async t => {
  const { server, ...address } = await frameServer(t)
  const progress: LoadProgress[] = []
  const load = definition(address, { connections: 5, rate: 1000, durationMs: 1500 })
  const run = fleet(t, load, 2, { onProgress: report => progress.push(report) })
  await run.start()
  const figures = await run.finished
  assert.equal(figures.lost, 0)
  assert.deepEqual(figures.errors, {})
  assert.equal(figures.acked, figures.offered)
  const expected = figures.seconds * 1000
  assert.ok(Math.abs(figures.offered - expected) < expected * 0.05, `${figures.offered} of ${expected}`)
  const { totals } = server.snapshot()
  assert.equal(totals.connectionsAccepted, 5)
  assert.equal(totals.framesReceived, figures.sent)
  assert.deepEqual(progress[0]?.connections, { open: 5, asked: 5 })
  assert.equal(progress[0]?.totalMs, 1500)
})

test('intervals together have exactly the latencies of the final figures', async t => {
  const address = await frameServer(t)
  for (const [processes, rate] of [
    [1, 500],
    [2, 500]
  ] as const) {
    const sum = new LatencyHistogram()
    const intervals: Omit<LoadInterval, 'latency'>[] = []
    const run = fleet(t, definition(address, { rate, durationMs: 1200, warmUpMs: 100 }), processes, {
      inThisProcess: true,
      onInterval({ latency, ...interval }) {
        sum.add(latency)
        intervals.push(interval)
      }
    })
    await run.start()
    const figures = await run.finished
    assert.equal(sum.count, figures.acked)
    assert.deepEqual(latencyOf(sum), figures.latency)
    assert.equal(intervals.length, 2)
    assert.equal(intervals[0]?.startMs, 0)
    assert.ok((intervals[1]?.startMs ?? 0) >= 900)
  }
})

test('a fleet that cannot connect says why, and is finished', async t => {
  const address = await plainServer(t, () => {})
  address.server.close()
  const run = fleet(t, definition(address, { connections: 4 }), 2)
  await assert.rejects(run.start(), /could not connect .*ECONNREFUSED/)
  assert.deepEqual((await run.finished).errors, { connect: 4 })
})

test('when a process is killed the others end too, and who waits is told', async t => {
  const address = await frameServer(t)
  const run = fleet(t, definition(address, { connections: 4 }), 2)
  await run.start()
  run.kill()
  await assert.rejects(run.finished, /ended early \(SIGKILL\)/)
})
