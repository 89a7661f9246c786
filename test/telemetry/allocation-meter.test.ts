import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AllocationMeter } from '../../src/telemetry/allocation-meter.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'

/** Arrays of 20 doubles take 160 bytes and a header; collections come in between. */
function allocateArrays(count: number): void {
  const kept: number[][] = []
  for (let index = 0; index < count; index++) kept[index % 64] = new Array<number>(20).fill(index + 0.5)
  assert.ok(kept.length === 64)
}

test('what a process allocates is counted, though most of it is garbage by then', () => {
  const meter = new AllocationMeter()
  meter.start()
  const before = meter.read().heapBytes
  allocateArrays(300_000)
  const bytes = meter.read().heapBytes - before
  meter.stop()
  assert.ok(bytes > 300_000 * 160 && bytes < 300_000 * 600, `${bytes / 300_000} bytes each`)
})

test('what is allocated between two stretches counts for nothing', () => {
  const meter = new AllocationMeter()
  meter.start()
  const before = meter.read()
  meter.settle()
  allocateArrays(300_000)
  meter.read()
  const after = meter.read()
  meter.stop()
  assert.ok(after.heapBytes - before.heapBytes < 1_000_000)
})

test('hundreds of stretches with collections leave nothing behind', () => {
  const meter = new AllocationMeter()
  meter.start()
  const stretch = (): void => {
    meter.read()
    allocateArrays(100_000)
    meter.read()
    meter.settle()
  }
  for (let count = 0; count < 20; count++) stretch()
  const before = process.memoryUsage.rss()
  for (let count = 0; count < 200; count++) stretch()
  meter.stop()
  const grown = process.memoryUsage.rss() - before
  assert.ok(grown < 64 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB more`)
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
