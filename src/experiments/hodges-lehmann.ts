import { medianSorted } from 'simple-statistics'
import { signedRankDistribution } from './signed-rank.ts'

export interface Estimate {
  readonly estimate: number
  readonly low: number
  readonly high: number
  /** What the interval really covers: the discrete distribution rarely allows the level asked for, so this is at least it. */
  readonly confidence: number
}

/**
 * The centre of paired differences after Hodges and Lehmann (1963): the median of all pairwise means, with the interval that
 * the signed-rank test gives when it is turned round (Tukey). It needs no bell curve, only that the differences lie evenly
 * about their centre. With fewer than 6 differences no interval of 95 % exists: its ends are infinite then.
 */
export function hodgesLehmann(differences: readonly number[], confidence = 0.95): Estimate {
  const n = differences.length
  if (n === 0) throw new RangeError('there is no difference to estimate from')
  if (!differences.every(Number.isFinite)) throw new RangeError('a difference is not a finite number')
  const means: number[] = []
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) means.push(((differences[i] ?? 0) + (differences[j] ?? 0)) / 2)
  }
  means.sort((a, b) => a - b)
  const { cut, covered } = cutOf(n, confidence)
  return {
    estimate: medianSorted(means),
    low: cut === 0 ? Number.NEGATIVE_INFINITY : (means[cut - 1] ?? 0),
    high: cut === 0 ? Number.POSITIVE_INFINITY : (means[means.length - cut] ?? 0),
    confidence: cut === 0 ? 1 : covered
  }
}

/** How many of the sorted means lie outside on each side: the most that keep the confidence. */
function cutOf(n: number, confidence: number): { cut: number; covered: number } {
  const probability = signedRankDistribution(Array.from({ length: n }, (_, index) => 2 * (index + 1)))
  let tail = 0
  let cut = 0
  for (;;) {
    // Without ties only even doubled sums occur.
    const next = tail + (probability[2 * cut] ?? 0)
    if (2 * next > 1 - confidence) return { cut, covered: 1 - 2 * tail }
    tail = next
    cut++
  }
}
