import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Arrivals, type ArrivalsOptions } from '../../src/loadgen/arrivals.ts'

const standard: ArrivalsOptions = { rate: 1000, arrival: 'constant', rampMs: 0, seed: 7, phase: 0 }

function take(count: number, change: Partial<ArrivalsOptions> = {}): number[] {
  const arrivals = new Arrivals({ ...standard, ...change })
  return Array.from({ length: count }, () => arrivals.next())
}

function gapsOf(times: readonly number[]): number[] {
  return times.map((time, index) => time - (times[index - 1] ?? 0))
}

const near = (actual: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} instead of ${expected} ± ${tolerance}`)

test('constant arrivals are evenly spaced from the beginning, without drift', () => {
  const times = take(100_001, { rate: 3000 })
  assert.equal(times[0], 0)
  near(times[3000] ?? 0, 1000, 1e-6)
  near(times[100_000] ?? 0, 100_000 / 3, 1e-6)
})

test('constant arrivals of several processes take turns and together are those of one', () => {
  const shares = [0, 1, 2, 3].flatMap(index => take(250, { rate: 250, phase: index / 4 }))
  const together = shares.toSorted((a, b) => a - b)
  for (const [index, time] of take(1000).entries()) near(together[index] ?? 0, time, 1e-6)
})

test('in a ramp the rate rises in a straight line: half as many come, a quarter of them in its first half', () => {
  for (const arrival of ['constant', 'poisson'] as const) {
    const times = take(20_000, { rampMs: 10_000, arrival })
    const before = (ms: number): number => times.filter(time => time < ms).length
    // Of Poisson arrivals, four standard deviations of the count.
    const tolerance = (expected: number): number => (arrival === 'constant' ? 1 : 4 * Math.sqrt(expected))
    near(before(5000), 1250, tolerance(1250))
    near(before(10_000), 5000, tolerance(5000))
    near(before(15_000), 10_000, tolerance(10_000))
  }
})

test('arrivals never go back, whatever their rate, ramp and kind', () => {
  const options = fc.record({
    rate: fc.integer({ min: 1, max: 1_000_000 }),
    rampMs: fc.integer({ min: 0, max: 100_000 }),
    arrival: fc.constantFrom('constant' as const, 'poisson' as const),
    seed: fc.nat(),
    phase: fc.double({ min: 0, max: 1, noNaN: true })
  })
  fc.assert(fc.property(options, change => gapsOf(take(300, change)).every(gap => gap >= 0 && Number.isFinite(gap))))
})

const SAMPLE = 200_000

test('gaps between Poisson arrivals are exponential: mean, spread, and share below each bound', () => {
  for (const seed of [0, 1, 2, 4_294_967_295]) {
    const gaps = gapsOf(take(SAMPLE, { arrival: 'poisson', seed }))
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / SAMPLE
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / SAMPLE
    near(mean, 1, 4 / Math.sqrt(SAMPLE))
    // The variance of an exponential sample's variance is 8 / n.
    near(variance, 1, 4 * Math.sqrt(8 / SAMPLE))
    // Kolmogorov and Smirnov: the largest distance between two distributions, of which one in a million is beyond 2.7 / √n.
    const sorted = gaps.toSorted((a, b) => a - b)
    const distance = sorted.reduce(
      (most, gap, index) => Math.max(most, Math.abs(index / SAMPLE - 1 + Math.exp(-gap))),
      0
    )
    assert.ok(distance < 2.7 / Math.sqrt(SAMPLE), `seed ${seed}: ${distance}`)
  }
})

test('gaps between Poisson arrivals say nothing of the next gap', () => {
  const gaps = gapsOf(take(SAMPLE, { arrival: 'poisson' }))
  const products = gaps.slice(1).map((gap, index) => (gap - 1) * ((gaps[index] ?? 0) - 1))
  near(products.reduce((sum, product) => sum + product, 0) / products.length, 0, 4 / Math.sqrt(SAMPLE))
})

test('how many Poisson arrivals fall in a stretch of time varies as much as their mean, also when processes share', () => {
  const whole = take(SAMPLE, { arrival: 'poisson' })
  const shared = [11, 12, 13, 14]
    .flatMap(seed => take(SAMPLE / 4, { arrival: 'poisson', rate: 250, seed }))
    .toSorted((a, b) => a - b)
  for (const times of [whole, shared]) {
    // Up to where the last of the shares still goes on.
    const stretches = Math.floor((SAMPLE * 0.95) / 100)
    const counts = new Array<number>(stretches).fill(0)
    for (const time of times) {
      const stretch = Math.floor(time / 100)
      if (stretch < stretches) counts[stretch] = (counts[stretch] ?? 0) + 1
    }
    const mean = counts.reduce((sum, count) => sum + count, 0) / stretches
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / stretches
    near(mean, 100, 4 * Math.sqrt(100 / stretches))
    near(variance / mean, 1, 4 * Math.sqrt(2 / stretches))
  }
})

test('the same seed gives the same arrivals, another seed gives others', () => {
  const arrivals = (seed: number): number[] => take(100, { arrival: 'poisson', seed })
  assert.deepEqual(arrivals(5), arrivals(5))
  assert.notDeepEqual(arrivals(5), arrivals(6))
})
