import { max, median, min } from 'simple-statistics'
import { type Block, type BlockMetric, blockMetrics } from './block.ts'

/** The middle of the rounds, and the least and the greatest. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface StageSummary {
  readonly name: string
  readonly figures: Readonly<Record<BlockMetric, Spread>>
  /** Each round's figure over the first stage's figure of the same round, so that what slows a whole round cancels. */
  readonly ratioToFirst: Readonly<Record<BlockMetric, Spread>>
}

/** `rounds[i]` holds what each stage measured in round i. Stages come out in the order of `names`; the first is the reference. */
export function summarizeStages(
  names: readonly string[],
  rounds: readonly ReadonlyMap<string, Block>[]
): StageSummary[] {
  const [first = ''] = names
  const blocksOf = (name: string): Block[] => rounds.flatMap(round => round.get(name) ?? [])
  const references = blocksOf(first)
  return names.map(name => {
    const blocks = blocksOf(name)
    const figure = (metric: BlockMetric): Spread => spreadOf(blocks.map(block => block[metric]))
    const ratio = (metric: BlockMetric): Spread =>
      spreadOf(blocks.map((block, round) => ratioOf(block[metric], references[round]?.[metric] ?? 0)))
    return { name, figures: eachMetric(figure), ratioToFirst: eachMetric(ratio) }
  })
}

function eachMetric(spread: (metric: BlockMetric) => Spread): Record<BlockMetric, Spread> {
  return Object.fromEntries(blockMetrics.map(metric => [metric, spread(metric)])) as Record<BlockMetric, Spread>
}

function spreadOf(values: number[]): Spread {
  return { median: median(values), min: min(values), max: max(values) }
}

/** Nothing over nothing is no change. */
function ratioOf(value: number, reference: number): number {
  return value === reference ? 1 : value / reference
}
