/**
 * The signed-rank distribution of Wilcoxon (1945), exact, ties included: each of the 2^n ways to give signs to the ranks is
 * equally likely when the sign of a difference is a coin's. Ranks are doubled, so that the half ranks of ties stay whole
 * numbers, and the ways are counted sum by sum instead of one by one.
 */

/** Beyond this many differences the counts leave the numbers that a float64 tells apart; the normal law serves there. */
const MOST_EXACT = 50

export interface SignedRankTest {
  /** Differences that are not zero; zeros say nothing about a direction. */
  readonly n: number
  /** Sum of the ranks of the positive differences. */
  readonly statistic: number
  /** Two-sided. 1 when there is nothing to test. */
  readonly p: number
}

/** Are the differences centred on zero? Values that are no finite numbers are refused with RangeError. */
export function signedRankTest(differences: readonly number[]): SignedRankTest {
  if (!differences.every(Number.isFinite)) throw new RangeError('a difference is not a finite number')
  const nonZero = differences.filter(difference => difference !== 0)
  const n = nonZero.length
  if (n === 0) return { n, statistic: 0, p: 1 }
  const doubledRanks = midRanksDoubled(nonZero.map(Math.abs))
  const doubledSum = nonZero.reduce(
    (sum, difference, index) => sum + (difference > 0 ? (doubledRanks[index] ?? 0) : 0),
    0
  )
  const p = n <= MOST_EXACT ? exactP(doubledRanks, doubledSum) : normalP(doubledRanks, doubledSum)
  return { n, statistic: doubledSum / 2, p }
}

/** Twice the rank of each value, 1 for the smallest; equal values share the mean of their ranks. */
export function midRanksDoubled(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const ranks = new Array<number>(values.length).fill(0)
  let start = 0
  while (start < order.length) {
    let end = start
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++
    for (let place = start; place < end; place++) ranks[order[place] ?? 0] = start + 1 + end
    start = end
  }
  return ranks
}

/** How likely each doubled sum of positive ranks is, from 0 to the sum of all. */
export function signedRankDistribution(doubledRanks: readonly number[]): Float64Array {
  const total = doubledRanks.reduce((sum, rank) => sum + rank, 0)
  const probability = new Float64Array(total + 1)
  probability[0] = 1
  let reached = 0
  for (const rank of doubledRanks) {
    reached += rank
    for (let sum = reached; sum >= 0; sum--) {
      const without = probability[sum] ?? 0
      const having = sum >= rank ? (probability[sum - rank] ?? 0) : 0
      probability[sum] = (without + having) / 2
    }
  }
  return probability
}

function exactP(doubledRanks: readonly number[], doubledSum: number): number {
  const probability = signedRankDistribution(doubledRanks)
  const tail = Math.min(doubledSum, probability.length - 1 - doubledSum)
  let below = 0
  for (let sum = 0; sum <= tail; sum++) below += probability[sum] ?? 0
  return Math.min(1, 2 * below)
}

function normalP(doubledRanks: readonly number[], doubledSum: number): number {
  const mean = doubledRanks.reduce((sum, rank) => sum + rank, 0) / 2
  const deviation = Math.sqrt(doubledRanks.reduce((sum, rank) => sum + rank * rank, 0) / 4)
  // One unit of the statistic is two of the doubled sum: the correction for continuity is half a unit.
  const z = Math.max(0, Math.abs(doubledSum - mean) - 1) / deviation
  return Math.min(1, 2 * upperTail(z))
}

/** P(Z > z), to 1e-7 (Abramowitz and Stegun 26.2.17). */
function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z)
  const polynomial = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * polynomial
}
