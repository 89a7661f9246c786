import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cliffsDelta, holm } from '../../src/experiments/effect-size.ts'
import { hodgesLehmann } from '../../src/experiments/hodges-lehmann.ts'
import { midRanksDoubled, signedRankTest } from '../../src/experiments/signed-rank.ts'

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

// Hamilton depression scale factor of nine patients at the first and second visit: Hollander and Wolfe, Nonparametric
// Statistical Methods (1973), p. 29; R's wilcox.test documentation gives V = 40, p = 0.01953 one-sided.
const firstVisit = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3]
const secondVisit = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
const differences = firstVisit.map((value, index) => value - (secondVisit[index] ?? 0))

test('the signed-rank test agrees with the published example', () => {
  const { statistic, p, n } = signedRankTest(differences)
  assert.equal(n, 9)
  assert.equal(statistic, 40)
  near(p, 2 * 0.01953125)
})

test('the signed-rank test agrees with counting all signs, ties and zeros included', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), values => {
      const nonZero = values.filter(value => value !== 0)
      near(signedRankTest(values).p, countedP(nonZero))
    })
  )
})

/** Every assignment of signs, one by one. */
function countedP(values: readonly number[]): number {
  if (values.length === 0) return 1
  const ranks = midRanksDoubled(values.map(Math.abs))
  const sumOf = (isPositive: (index: number) => boolean): number =>
    ranks.reduce((sum, rank, index) => sum + (isPositive(index) ? rank : 0), 0)
  const middle = ranks.reduce((sum, rank) => sum + rank, 0) / 2
  const observed = Math.abs(sumOf(index => (values[index] ?? 0) > 0) - middle)
  let asFar = 0
  for (let signs = 0; signs < 2 ** values.length; signs++) {
    if (Math.abs(sumOf(index => (signs >> index) % 2 === 1) - middle) >= observed) asFar++
  }
  return asFar / 2 ** values.length
}

test('many differences are tested by the normal law, which joins the exact one', () => {
  const values = (count: number): number[] =>
    Array.from({ length: count }, (_, index) => ((index * 37) % count) - count / 2.6)
  const exact = signedRankTest(values(50)).p
  const approximate = signedRankTest(values(51)).p
  assert.ok(Math.abs(exact - approximate) < 0.02, `${exact} and ${approximate}`)
})

test('what is not a number is refused, not counted', () => {
  assert.throws(() => signedRankTest([1, Number.NaN]), RangeError)
  assert.throws(() => hodgesLehmann([1, Number.POSITIVE_INFINITY]), RangeError)
})

test('no difference at all is no evidence', () => {
  assert.deepEqual(signedRankTest([0, 0, 0]), { n: 0, statistic: 0, p: 1 })
})

test('the centre of differences is the median of all pairwise means', () => {
  near(hodgesLehmann(differences).estimate, 0.46)
  near(hodgesLehmann([1, 2, 9]).estimate, 3.5)
})

test('the interval holds exactly the shifts that the test does not reject', () => {
  const { low, high, confidence } = hodgesLehmann(differences)
  const pAt = (shift: number): number => signedRankTest(differences.map(value => value - shift)).p
  assert.ok(pAt(low - 1e-6) <= 0.05 && pAt(low + 1e-6) > 0.05)
  assert.ok(pAt(high + 1e-6) <= 0.05 && pAt(high - 1e-6) > 0.05)
  assert.ok(confidence >= 0.95)
})

test('five differences allow no interval of 95 %, six allow their whole range', () => {
  assert.equal(hodgesLehmann([1, 2, 3, 4, 5]).high, Number.POSITIVE_INFINITY)
  const { low, high, confidence } = hodgesLehmann([1, 2, 3, 4, 5, 6])
  assert.deepEqual([low, high], [1, 6])
  near(confidence, 1 - 2 / 64)
})

test('the centre moves with the data and the interval contains it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 6, maxLength: 25 }),
      fc.double({ min: -50, max: 50, noNaN: true }),
      (values, shift) => {
        const there = hodgesLehmann(values)
        const moved = hodgesLehmann(values.map(value => value + shift))
        near(moved.estimate, there.estimate + shift, 1e-9)
        assert.ok(there.low <= there.estimate && there.estimate <= there.high)
      }
    )
  )
})

test("Cliff's delta counts dominance, for sides of different size and with ties", () => {
  assert.equal(cliffsDelta([1, 2, 3], [4, 5]), 1)
  assert.equal(cliffsDelta([4, 5], [1, 2, 3]), -1)
  assert.equal(cliffsDelta([1, 2], [1, 2]), 0)
  near(cliffsDelta([1, 2, 3, 4], [2, 3]), 0)
  near(cliffsDelta([1, 2], [2, 3, 3]), (2 * 3 - 0 - 1) / 6)
})

test('Holm corrects the smallest p most and never changes their order', () => {
  // Holm (1979) with four tests: 0.01 × 4, 0.013 × 3 raised to what came before, 0.014 × 2 likewise, 0.19.
  for (const [index, p] of holm([0.01, 0.013, 0.014, 0.19]).entries())
    near(p, [0.04, 0.04, 0.04, 0.19][index] ?? 0, 1e-12)
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 8 }), values => {
      const corrected = holm(values)
      for (const [index, p] of corrected.entries()) assert.ok(p >= (values[index] ?? 0) && p <= 1)
    })
  )
})
