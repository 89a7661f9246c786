import type { ExperimentBlock, MetricVerdict } from './experiment.ts'

/**
 * The arms of an experiment once more, each block in a server process of its own that never ran another arm: a compiler
 * that has seen both sides of a switch is not the one of a server that always ran one of them.
 */
export interface FreshConfirmation {
  readonly pairs: number
  readonly blockSeconds: number
  /** The live result and the fresh one say the same of every pair of arms. */
  readonly agrees: boolean
  readonly sentence: string
  readonly comparisons: readonly FreshComparison[]
  readonly blocks: readonly ExperimentBlock[]
}

/** CPU per frame of one arm against another, in one process and in processes of their own. */
export interface FreshComparison {
  /** Indices of arms. */
  readonly before: number
  readonly after: number
  readonly agrees: boolean
  readonly sentence: string
  readonly live: MetricVerdict | null
  readonly fresh: MetricVerdict | null
}
