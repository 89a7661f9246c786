import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AllocationMeter } from '../../src/telemetry/allocation-meter.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'

test('what a process allocates is counted, though most of it is garbage by then', () => {
  const meter = new AllocationMeter()
  meter.start()
  const before = meter.read().heapBytes
  const kept: number[][] = []
  // Arrays of 20 doubles take 160 bytes and a header; collections come in between.
  for (let index = 0; index < 300_000; index++) kept[index % 64] = new Array<number>(20).fill(index + 0.5)
  const bytes = meter.read().heapBytes - before
  meter.stop()
  assert.ok(kept.length === 64)
  assert.ok(bytes > 300_000 * 160 && bytes < 300_000 * 600, `${bytes / 300_000} bytes each`)
})

test('an idle process allocates next to nothing', () => {
  const meter = new AllocationMeter()
  meter.start()
  const before = meter.read()
  const after = meter.read()
  meter.stop()
  assert.ok(after.heapBytes - before.heapBytes < 1_000_000)
  assert.ok(after.externalBytes >= before.externalBytes)
})

test('a histogram without what it held before has the rest', () => {
  const histogram = new LatencyHistogram()
  histogram.recordMany(1000, 5)
  const earlier = new LatencyHistogram()
  earlier.add(histogram)
  histogram.recordMany(2_000_000, 3)
  const later = histogram.since(earlier)
  assert.equal(later.count, 3)
  assert.ok(later.quantile(0.01) > 1_900_000)
})
