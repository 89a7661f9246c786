import {
  type ExperimentBlock,
  type ExperimentMetric,
  experimentMetrics,
  type MetricVerdict
} from '../contract/experiment.ts'
import { comparePairsWithZeros, FEWEST_PAIRS } from './comparison.ts'
import { holm } from './effect-size.ts'
import { type PairedSpread, pairedSpread } from './paired-spread.ts'

export type MetricVerdicts = Partial<Record<ExperimentMetric, MetricVerdict>>
export type Margins = Readonly<Record<ExperimentMetric, number>>

/** The same place of both lists is a pair. */
export interface PairedValues {
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const SIGNIFICANT = 0.05

/** One arm against another, in every metric that enough of their pairs have. */
export function verdictsOf(
  blocks: readonly ExperimentBlock[],
  before: number,
  after: number,
  margins: Margins
): MetricVerdicts {
  return verdictsOfPairs(metric => pairedValues(blocks, before, after, metric), margins)
}

/** Pairs in which both blocks are used and have this figure. */
export function pairedValues(
  blocks: readonly ExperimentBlock[],
  before: number,
  after: number,
  metric: ExperimentMetric
): PairedValues {
  const valuesOf = (arm: number): Map<number, number> =>
    new Map(
      blocks.flatMap(block => {
        const value = block.figures[metric]
        const isUsed = block.arm === arm && block.excluded === null && value !== null && Number.isFinite(value)
        return isUsed ? [[block.pair, value] as const] : []
      })
    )
  const [first, second] = [valuesOf(before), valuesOf(after)]
  const pairs = [...first.keys()].filter(pair => second.has(pair))
  return { before: pairs.map(pair => first.get(pair) as number), after: pairs.map(pair => second.get(pair) as number) }
}

/** Holm's correction is over all metrics that could be compared. */
export function verdictsOfPairs(pairsOf: (metric: ExperimentMetric) => PairedValues, margins: Margins): MetricVerdicts {
  const compared = experimentMetrics.flatMap(({ name, unit, better }) => {
    const { before, after } = pairsOf(name)
    if (before.length < FEWEST_PAIRS) return []
    const marginPercent = margins[name]
    const comparison = comparePairsWithZeros(before, after, { lowerIsBetter: better === 'lower', marginPercent })
    return [{ name, unit, better, marginPercent, comparison, spread: spreadOf(before, after) }]
  })
  const pHolm = holm(compared.map(({ comparison }) => comparison.p))
  const spreadHolm = holm(compared.map(({ spread }) => spread?.p ?? 1))
  return Object.fromEntries(
    compared.map(({ name, unit, better, marginPercent, comparison, spread }, index) => [
      name,
      {
        ...comparison,
        unit,
        better,
        marginPercent,
        pHolm: pHolm[index] ?? null,
        spread: spreadVerdict(spread, spreadHolm[index] ?? 1)
      } satisfies MetricVerdict
    ])
  )
}

/** Of logarithms, so that what is larger may scatter more in proportion. Zeros have none. */
function spreadOf(before: readonly number[], after: readonly number[]): PairedSpread | null {
  return [...before, ...after].includes(0) ? null : pairedSpread(before.map(Math.log), after.map(Math.log))
}

function spreadVerdict(spread: PairedSpread | null, pHolm: number): MetricVerdict['spread'] {
  if (spread === null) return { verdict: 'same', ratio: null, p: null }
  const { rho, p, ratio } = spread
  return { verdict: pHolm >= SIGNIFICANT ? 'same' : rho > 0 ? 'more' : 'less', ratio, p }
}
