import { median, probit, sampleStandardDeviation } from 'simple-statistics'
import { cliffsDelta } from './effect-size.ts'
import { hodgesLehmann } from './hodges-lehmann.ts'
import { signedRankTest } from './signed-rank.ts'
import { studentTwoSidedT } from './student-t.ts'

/** Fewer pairs cannot reach significance: the smallest two-sided p of n pairs is 2 / 2^n, and of five that is 0.06. */
export const FEWEST_PAIRS = 6

export type Verdict = 'improved' | 'regressed' | 'equivalent' | 'inconclusive'

/** One metric, before against after. */
export interface Comparison {
  readonly verdict: Verdict
  /** Change of after against before in percent; negative is less. */
  readonly effectPercent: number
  readonly interval: readonly [number, number]
  /** Of the exact signed-rank test, two-sided. The interval decides; this is a detail. */
  readonly p: number
  readonly cliffsDelta: number
  /** The smallest change in percent that this many pairs with this much noise would have found in four of five runs. */
  readonly detectablePercent: number
  readonly before: number
  readonly after: number
  readonly pairs: number
}

type Percentages = 'effectPercent' | 'interval' | 'detectablePercent'
/** Where before is nothing, there is no percentage of it. */
export type ComparisonWithZeros = Omit<Comparison, Percentages> & {
  readonly [Name in Percentages]: Comparison[Name] | null
}

export interface ComparisonOptions {
  readonly lowerIsBetter: boolean
  /** A change within this many percent, either way, makes no difference. */
  readonly marginPercent: number
}

/**
 * Compares paired blocks. Ratios are compared, as differences of logarithms: what slows both blocks of a pair by the same
 * factor cancels, and half is as far from equal as double. Throws RangeError for fewer than FEWEST_PAIRS pairs, or values
 * that are not positive.
 */
export function comparePairs(
  before: readonly number[],
  after: readonly number[],
  options: ComparisonOptions
): Comparison {
  checkPairs(before, after)
  if (![...before, ...after].every(value => Number.isFinite(value) && value > 0))
    throw new RangeError('a value is not positive')
  return { ...byRatios(before, after, options), ...withoutEffect(before, after) }
}

/**
 * The same for figures that may be zero. A ratio to nothing is none: as soon as one value is zero, plain differences are
 * compared, and given in percent of the median before. Throws RangeError for fewer than FEWEST_PAIRS pairs, or values that are
 * negative or not finite.
 */
export function comparePairsWithZeros(
  before: readonly number[],
  after: readonly number[],
  options: ComparisonOptions
): ComparisonWithZeros {
  if (![...before, ...after].includes(0)) return comparePairs(before, after, options)
  checkPairs(before, after)
  if (![...before, ...after].every(value => Number.isFinite(value) && value >= 0))
    throw new RangeError('a value is negative or not a finite number')
  return { ...byDifferences(before, after, options), ...withoutEffect(before, after) }
}

function checkPairs(before: readonly number[], after: readonly number[]): void {
  if (before.length !== after.length) throw new RangeError(`${before.length} blocks before, but ${after.length} after`)
  if (before.length < FEWEST_PAIRS)
    throw new RangeError(`${before.length} pairs; fewer than ${FEWEST_PAIRS} cannot reach significance`)
}

function withoutEffect(
  before: readonly number[],
  after: readonly number[]
): Pick<Comparison, 'cliffsDelta' | 'before' | 'after' | 'pairs'> {
  return {
    cliffsDelta: cliffsDelta(before, after),
    before: median([...before]),
    after: median([...after]),
    pairs: before.length
  }
}

type Effect = 'verdict' | 'effectPercent' | 'interval' | 'p' | 'detectablePercent'

function byRatios(
  before: readonly number[],
  after: readonly number[],
  { lowerIsBetter, marginPercent }: ComparisonOptions
): Pick<Comparison, Effect> {
  const logRatios = after.map((value, index) => Math.log(value / (before[index] as number)))
  const { estimate, low, high, confidence } = hodgesLehmann(logRatios)
  const interval = [percent(low), percent(high)] as const
  return {
    verdict: verdictOf(interval, lowerIsBetter, marginPercent),
    effectPercent: percent(estimate),
    interval,
    p: signedRankTest(logRatios).p,
    detectablePercent: percent(detectableChange(logRatios, confidence))
  }
}

function byDifferences(
  before: readonly number[],
  after: readonly number[],
  { lowerIsBetter, marginPercent }: ComparisonOptions
): Pick<ComparisonWithZeros, Effect> {
  const differences = after.map((value, index) => value - (before[index] as number))
  const { estimate, low, high, confidence } = hodgesLehmann(differences)
  const { p } = signedRankTest(differences)
  const reference = median([...before])
  // Of nothing there is no percentage, and no margin: only its sign can be told.
  if (reference === 0) {
    const verdict = low === 0 && high === 0 ? 'equivalent' : verdictOf([low, high], lowerIsBetter, 0)
    return { verdict, effectPercent: null, interval: null, p, detectablePercent: null }
  }
  // A pair may differ by more than the median is, but no figure falls by more than all of it.
  const percentOf = (difference: number): number => Math.max(-100, (difference / reference) * 100)
  const interval = [percentOf(low), percentOf(high)] as const
  return {
    verdict: verdictOf(interval, lowerIsBetter, marginPercent),
    effectPercent: percentOf(estimate),
    interval,
    p,
    detectablePercent: percentOf(detectableChange(differences, confidence))
  }
}

const percent = (logRatio: number): number => Math.expm1(logRatio) * 100

/** The interval decides: wholly within the margin, wholly beyond no change on one side, or neither. */
export function verdictOf(
  [low, high]: readonly [number, number],
  lowerIsBetter: boolean,
  marginPercent: number
): Verdict {
  if (low > -marginPercent && high < marginPercent) return 'equivalent'
  if (low <= 0 && high >= 0) return 'inconclusive'
  return high < 0 === lowerIsBetter ? 'improved' : 'regressed'
}

const POWER = 0.8
/** How many observations the signed-rank test needs where a t test needs one, on a bell curve: its efficiency of 3/π. */
const SIGNED_RANK_EFFICIENCY = 3 / Math.PI

/** The change that this much noise leaves an interval on one side of nothing for in four of five runs, were it a bell curve. */
function detectableChange(changes: readonly number[], confidence: number): number {
  const n = changes.length
  // The deviation of a few values is too small on average.
  const deviation = sampleStandardDeviation([...changes]) * (1 + 1 / (4 * (n - 1)))
  // So few that the interval is their whole range: all of them have to lie on one side.
  if (n === FEWEST_PAIRS) return probit(POWER ** (1 / n)) * deviation
  const reach = studentTwoSidedT(1 - confidence, n - 1) + studentTwoSidedT(2 * (1 - POWER), n - 1)
  return (reach * deviation) / Math.sqrt(n * SIGNED_RANK_EFFICIENCY)
}
