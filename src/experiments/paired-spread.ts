import { medianAbsoluteDeviation, sampleCorrelation } from 'simple-statistics'
import { midRanksDoubled } from './signed-rank.ts'
import { studentTwoSidedP } from './student-t.ts'

export interface RankCorrelation {
  /** From -1 to 1; 0 when either side does not vary. */
  readonly rho: number
  /** Two-sided, by Student's t with n - 2 degrees of freedom. */
  readonly p: number
}

/** Spearman's rank correlation, ties included. Throws RangeError for fewer than 4 pairs or values that are not finite. */
export function rankCorrelation(xs: readonly number[], ys: readonly number[]): RankCorrelation {
  if (xs.length !== ys.length || xs.length < 4)
    throw new RangeError(`${xs.length} and ${ys.length} values are no four pairs`)
  if (![...xs, ...ys].every(Number.isFinite)) throw new RangeError('a value is not a finite number')
  if (isConstant(xs) || isConstant(ys)) return { rho: 0, p: 1 }
  const rho = sampleCorrelation(midRanksDoubled(xs), midRanksDoubled(ys))
  if (Math.abs(rho) >= 1 - 1e-12) return { rho: Math.sign(rho), p: 0 }
  return { rho, p: studentTwoSidedP(rho * Math.sqrt((xs.length - 2) / (1 - rho * rho)), xs.length - 2) }
}

export interface PairedSpread {
  /** Positive when `after` scatters more. */
  readonly rho: number
  readonly p: number
  /** Of the median absolute deviations, after over before; null when before has none. */
  readonly ratio: number | null
}

/**
 * Does one side of paired values scatter more than the other, whatever their middles are? Their difference is correlated with
 * their sum just when it does (Pitman and Morgan 1939); ranks keep that true without a bell curve (McCulloch 1987). What moves
 * both of a pair alike, such as drift, favours neither. Where outliers lie on one side only, a p of 0.05 comes up in seven or eight
 * of a hundred equal spreads.
 */
export function pairedSpread(before: readonly number[], after: readonly number[]): PairedSpread {
  const differences = after.map((value, index) => value - (before[index] as number))
  const sums = after.map((value, index) => value + (before[index] as number))
  const reference = medianAbsoluteDeviation([...before])
  return {
    ...rankCorrelation(differences, sums),
    ratio: reference > 0 ? medianAbsoluteDeviation([...after]) / reference : null
  }
}

const isConstant = (values: readonly number[]): boolean => values.every(value => value === values[0])
