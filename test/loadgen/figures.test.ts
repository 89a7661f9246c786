import assert from 'node:assert/strict'
import { test } from 'node:test'
import { figuresOf, type LoadSlice } from '../../src/loadgen/figures.ts'
import { zeroCounts } from '../../src/loadgen/tally.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'

function slice(change: Partial<LoadSlice> = {}): LoadSlice {
  const still = {
    seconds: 2,
    ackedInTime: change.counts?.acked ?? 0,
    sendDelay: null,
    busyShare: 0.5,
    coreWaitShare: 0.1
  }
  return { ...still, counts: zeroCounts, latency: new LatencyHistogram(), ...change }
}

test('figures have exactly the shape that other programs rely on', () => {
  const latency = new LatencyHistogram()
  latency.recordMany(1000, 10)
  const errors = { ...zeroCounts.errors, refused: 3 }
  const counts = { offered: 14, sent: 14, acked: 10, lost: 1, errors }
  assert.deepEqual(JSON.parse(JSON.stringify(figuresOf(slice({ counts, latency })))), {
    seconds: 2,
    offered: 14,
    sent: 14,
    acked: 10,
    lost: 1,
    errors: { refused: 3 },
    ackedPerSecond: 5,
    latency: { p50Us: 1, p90Us: 1, p99Us: 1, p999Us: 1, maxUs: 1 },
    generator: { limited: false, why: null }
  })
})

test('a generator whose event loop had hardly a pause says that it was the limit', () => {
  const { generator } = figuresOf(slice({ busyShare: 0.97 }))
  assert.equal(generator.limited, true)
  assert.match(generator.why ?? '', /97 %/)
  assert.deepEqual(figuresOf(slice({ busyShare: 0.9 })).generator, { limited: false, why: null })
})

test('a generator that others on the machine kept waiting says so', () => {
  const { generator } = figuresOf(slice({ coreWaitShare: 0.35 }))
  assert.equal(generator.limited, true)
  assert.match(generator.why ?? '', /waited for a core of the machine 35 % of the time/)
})

test('a stretch without time has no rate', () => {
  assert.equal(figuresOf(slice({ seconds: 0 })).ackedPerSecond, 0)
})
