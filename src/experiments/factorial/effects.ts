import { mean } from 'simple-statistics'
import { holm } from '../effect-size.ts'
import { studentTwoSidedP, studentTwoSidedT } from '../student-t.ts'
import { type Level, levelOf, type Term } from './factorial-design.ts'

export interface Effect {
  readonly term: Term
  /** Mean at the high level less mean at the low one; of an interaction, half the difference of the effects of one factor. */
  readonly estimate: number
  readonly standardError: number
  /** All intervals of the family hold together with the confidence asked for (Bonferroni). */
  readonly interval: readonly [number, number]
  readonly p: number
  readonly pHolm: number
}

export interface EffectEstimates {
  readonly effects: readonly Effect[]
  readonly mean: number
  /** Of one response, within a round. */
  readonly standardDeviation: number
  readonly degreesOfFreedom: number
}

/** Fewer rounds leave nothing to tell noise by. */
export const FEWEST_ROUNDS = 2

/**
 * Effects in a two-level design measured in randomised complete blocks (Box, Hunter and Hunter, Statistics for Experimenters,
 * chapter 5): `rounds[r][c]` is the response of cell c in round r. What slows a whole round cancels. Noise is what is left of
 * the responses once each round's mean and each cell's mean are taken out, so interactions of any order are no noise. Throws
 * RangeError for fewer than FEWEST_ROUNDS rounds, for unequal ones, and for responses that are no finite numbers.
 */
export function estimateEffects(
  cells: readonly (readonly Level[])[],
  rounds: readonly (readonly number[])[],
  terms: readonly Term[],
  confidence = 0.95
): EffectEstimates {
  if (rounds.length < FEWEST_ROUNDS)
    throw new RangeError(`${rounds.length} rounds; noise shows in ${FEWEST_ROUNDS} or more`)
  if (rounds.some(round => round.length !== cells.length)) throw new RangeError('a round does not have every cell')
  if (!rounds.flat().every(Number.isFinite)) throw new RangeError('a response is not a finite number')
  const grandMean = mean(rounds.flat())
  const cellMeans = cells.map((_, cell) => mean(rounds.map(round => round[cell] as number)))
  const degreesOfFreedom = (rounds.length - 1) * (cells.length - 1)
  const squares = rounds.map(round => {
    const roundMean = mean([...round])
    return round.map((response, cell) => (response - roundMean - (cellMeans[cell] as number) + grandMean) ** 2)
  })
  const variance = squares.flat().reduce((sum, square) => sum + square, 0) / degreesOfFreedom
  const standardError = Math.sqrt((4 * variance) / (rounds.length * cells.length))
  const reach = studentTwoSidedT((1 - confidence) / terms.length, degreesOfFreedom) * standardError
  const estimates = terms.map(term => {
    const products = cells.map((cell, index) => levelOf(term, cell) * (cellMeans[index] as number))
    return 2 * mean(products)
  })
  const ps = estimates.map(estimate => pOf(estimate, standardError, degreesOfFreedom))
  const corrected = holm(ps)
  const effects = terms.map((term, index): Effect => {
    const estimate = estimates[index] as number
    return {
      term,
      estimate,
      standardError,
      interval: [estimate - reach, estimate + reach],
      p: ps[index] as number,
      pHolm: corrected[index] as number
    }
  })
  return { effects, mean: grandMean, standardDeviation: Math.sqrt(variance), degreesOfFreedom }
}

/** Without any noise every difference is certain, and no difference is none. */
function pOf(estimate: number, standardError: number, degreesOfFreedom: number): number {
  if (standardError === 0) return estimate === 0 ? 1 : 0
  return studentTwoSidedP(estimate / standardError, degreesOfFreedom)
}
