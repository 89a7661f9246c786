import { max, median, min } from 'simple-statistics'
import type { ExperimentBlock, ExperimentReport } from '../contract/experiment.ts'

export const stageMetrics = [
  'framesPerSecond',
  'cpuMicrosecondsPerFrame',
  'readsPerFrame',
  'writesPerFrame',
  'gcMillisecondsPerSecond',
  'p50Us',
  'p99Us'
] as const
export type StageMetric = (typeof stageMetrics)[number]

/** The middle of the blocks, and the least and the greatest; null where nothing was measured. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** An arm of an experiment as a stage on a way: its figures, and how they stand to those of the first. */
export interface Stage {
  readonly name: string
  readonly figures: Readonly<Record<StageMetric, Spread | null>>
  /** Of blocks of the same pair, so that what slows a whole pair cancels. */
  readonly ratioToFirst: Readonly<Record<StageMetric, Spread | null>>
}

export function stagesOf({ arms, blocks }: ExperimentReport): Stage[] {
  const used = blocks.filter(({ excluded }) => excluded === null)
  return arms.map(({ name }, arm) => {
    const own = used.filter(block => block.arm === arm)
    const reference = (pair: number): ExperimentBlock | undefined =>
      used.find(block => block.arm === 0 && block.pair === pair)
    return {
      name,
      figures: eachMetric(metric => own.map(block => figureOf(block, metric))),
      ratioToFirst: eachMetric(metric =>
        own.map(block => ratioOf(figureOf(block, metric), figureOf(reference(block.pair), metric)))
      )
    }
  })
}

function figureOf(block: ExperimentBlock | undefined, metric: StageMetric): number | null {
  if (block === undefined) return null
  const { figures } = block
  if (metric === 'cpuMicrosecondsPerFrame') return figures.cpuPerFrame
  if (metric === 'p50Us') return figures.p50
  if (metric === 'p99Us') return figures.p99
  if (metric !== 'gcMillisecondsPerSecond') return figures[metric]
  const { gcPerMillionFrames, framesPerSecond } = figures
  return gcPerMillionFrames === null || framesPerSecond === null ? null : (gcPerMillionFrames * framesPerSecond) / 1e6
}

/** Nothing over nothing is no change. */
function ratioOf(value: number | null, reference: number | null): number | null {
  if (value === null || reference === null) return null
  return value === reference ? 1 : value / reference
}

function eachMetric(valuesOf: (metric: StageMetric) => (number | null)[]): Record<StageMetric, Spread | null> {
  const spreads = stageMetrics.map(metric => [metric, spreadOf(valuesOf(metric).filter(value => value !== null))])
  return Object.fromEntries(spreads) as Record<StageMetric, Spread | null>
}

function spreadOf(values: number[]): Spread | null {
  return values.length === 0 ? null : { median: median(values), min: min(values), max: max(values) }
}
