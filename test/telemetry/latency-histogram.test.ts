import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'

/** Half a bucket's ratio would do for a middle; an upper edge may be a whole one too high: 1/128. */
const MAX_ERROR = 1 / 128

/** From one to the top of the range, spread evenly over its powers of two. */
const value = fc.oneof(
  fc.double({ min: 0, max: 41.9, noNaN: true }).map(exponent => 2 ** exponent),
  fc.integer({ min: 1, max: 5000 }),
  fc.constantFrom(1, 2, 127, 128, 129, 1024, 2 ** 32 - 1, 2 ** 32, 2 ** 41)
)
const values = fc.array(value, { minLength: 1, maxLength: 400 })
const quantiles = [0, 0.001, 0.25, 0.5, 0.9, 0.99, 0.999, 1]

function histogramOf(recorded: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram()
  for (const one of recorded) histogram.record(one)
  return histogram
}

/** The smallest value that at least so many of all do not exceed. */
function exactQuantile(recorded: readonly number[], quantile: number): number {
  const sorted = [...recorded].sort((a, b) => a - b)
  return sorted[Math.max(1, Math.ceil(quantile * sorted.length)) - 1] as number
}

function assertSame(actual: LatencyHistogram, expected: LatencyHistogram): void {
  assert.deepEqual([...actual.buckets()], [...expected.buckets()])
  assert.equal(actual.count, expected.count)
  assert.equal(actual.max, expected.max)
  // Added in another order, so not to the last bit.
  assert.ok(Math.abs(actual.sum - expected.sum) <= 1e-9 * expected.sum)
  for (const quantile of quantiles) assert.equal(actual.quantile(quantile), expected.quantile(quantile))
}

test('a quantile is never too low, and too high by less than 0.8 %', () => {
  fc.assert(
    fc.property(values, recorded => {
      const histogram = histogramOf(recorded)
      for (const quantile of quantiles) {
        const exact = exactQuantile(recorded, quantile)
        const told = histogram.quantile(quantile)
        assert.ok(told >= exact && told <= exact * (1 + MAX_ERROR), `${told} for ${exact} at ${quantile}`)
      }
    }),
    { numRuns: 500 }
  )
})

test('count, sum and maximum are exact', () => {
  fc.assert(
    fc.property(values, recorded => {
      const histogram = histogramOf(recorded)
      assert.equal(histogram.count, recorded.length)
      assert.equal(histogram.max, Math.max(...recorded))
      assert.equal(
        histogram.sum,
        recorded.reduce((sum, one) => sum + one)
      )
      assert.equal(histogram.quantile(1), histogram.max)
    })
  )
})

test('histograms add up as if all had been recorded in one', () => {
  fc.assert(
    fc.property(values, values, (some, others) => {
      const sum = histogramOf(some)
      const other = histogramOf(others)
      sum.add(other)
      assertSame(sum, histogramOf([...some, ...others]))
      assertSame(other, histogramOf(others))
    })
  )
})

test('a histogram comes back whole from its JSON', () => {
  fc.assert(
    fc.property(values, recorded => {
      const histogram = histogramOf(recorded)
      assertSame(LatencyHistogram.fromJSON(JSON.parse(JSON.stringify(histogram))), histogram)
    })
  )
})

test('many of one value are recorded at once', () => {
  fc.assert(
    fc.property(value, fc.integer({ min: 1, max: 50 }), (one, times) => {
      const histogram = new LatencyHistogram()
      histogram.recordMany(one, times)
      assertSame(histogram, histogramOf(Array.from({ length: times }, () => one)))
    })
  )
})

test('counts up to each bound rise, lack nothing above a bucket of it, and hold nothing beyond it', () => {
  const bounds = [1, 10, 100, 1000, 5000, 1e6, 1e9, 2 ** 42]
  fc.assert(
    fc.property(values, recorded => {
      const counts = histogramOf(recorded).cumulativeCounts(bounds)
      for (const [index, bound] of bounds.entries()) {
        const count = counts[index] as number
        const surely = recorded.filter(one => one * (1 + MAX_ERROR) <= bound).length
        const atMost = recorded.filter(one => one <= bound).length
        assert.ok(count >= surely && count <= atMost, `${count} up to ${bound}`)
        assert.ok(index === 0 || count >= (counts[index - 1] as number))
      }
      assert.equal(counts.at(-1), recorded.length)
    })
  )
})

test('an empty histogram has no quantiles, and a reset one is empty', () => {
  const histogram = histogramOf([5, 1000])
  histogram.reset()
  assertSame(histogram, new LatencyHistogram())
  assert.equal(histogram.quantile(0.5), 0)
  assert.deepEqual(histogram.toJSON(), { indices: [], counts: [], sum: 0, max: 0 })
})

test('values out of range count as the smallest or the largest there is', () => {
  const histogram = histogramOf([-5, 0, 0.25, 2 ** 43, 2 ** 60])
  assert.equal(histogram.count, 5)
  assert.ok(histogram.quantile(0.5) <= 1.01)
  assert.ok(histogram.quantile(1) >= 2 ** 41)
  assert.deepEqual(histogram.cumulativeCounts([2, 2 ** 42]), [3, 5])
})
