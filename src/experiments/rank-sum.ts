import { medianSorted } from 'simple-statistics'
import type { Estimate } from './hodges-lehmann.ts'

/** Beyond so many pairs of a value of each side, counting all arrangements takes too long; the normal law serves there. */
const MOST_EXACT_PAIRS = 2500
const Z_TWO_SIDED_95 = 1.959964

/**
 * How far `after` lies above `before`, two independent samples of any sizes: the median of all differences (Hodges and Lehmann
 * 1963), with the 95 % interval that the rank-sum test gives when it is turned round. With too few values no such interval
 * exists: its ends are infinite then.
 */
export function shiftEstimate(before: readonly number[], after: readonly number[]): Estimate {
  if (before.length === 0 || after.length === 0) throw new RangeError('both sides need at least one value')
  if (![...before, ...after].every(Number.isFinite)) throw new RangeError('a value is not a finite number')
  const differences = after.flatMap(later => before.map(earlier => later - earlier)).sort((a, b) => a - b)
  const { cut, confidence } = cutOf(before.length, after.length)
  return {
    estimate: medianSorted(differences),
    low: cut === 0 ? Number.NEGATIVE_INFINITY : (differences[cut - 1] as number),
    high: cut === 0 ? Number.POSITIVE_INFINITY : (differences[differences.length - cut] as number),
    confidence
  }
}

/** How many of the sorted differences lie outside on each side: the most that keep 95 %. */
function cutOf(m: number, n: number): { cut: number; confidence: number } {
  if (m * n > MOST_EXACT_PAIRS) {
    const deviation = Math.sqrt((m * n * (m + n + 1)) / 12)
    return { cut: Math.max(0, Math.floor((m * n) / 2 - Z_TWO_SIDED_95 * deviation)), confidence: 0.95 }
  }
  const probability = rankSumDistribution(m, n)
  let tail = 0
  for (let cut = 0; ; cut++) {
    const next = tail + (probability[cut] as number)
    if (2 * next > 0.05) return { cut, confidence: 1 - 2 * tail }
    tail = next
  }
}

/**
 * How likely each value of Mann and Whitney's U is when both sides are alike, from 0 to m·n: the largest of all values is one
 * of `after` with the chance n/(m+n), and exceeds all m of `before` then.
 */
export function rankSumDistribution(m: number, n: number): Float64Array {
  let rows: Float64Array[] = Array.from({ length: n + 1 }, () => Float64Array.of(1))
  for (let i = 1; i <= m; i++) {
    const next: Float64Array[] = [Float64Array.of(1)]
    for (let j = 1; j <= n; j++) {
      const probability = new Float64Array(i * j + 1)
      const [largestBefore, largestAfter] = [rows[j] as Float64Array, next[j - 1] as Float64Array]
      for (let u = 0; u <= i * j; u++) {
        probability[u] = (i * (largestBefore[u] ?? 0) + j * (largestAfter[u - i] ?? 0)) / (i + j)
      }
      next.push(probability)
    }
    rows = next
  }
  return rows[n] as Float64Array
}
