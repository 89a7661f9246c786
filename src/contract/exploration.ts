import type {
  ExperimentEnvironment,
  ExperimentMetric,
  ExperimentRequest,
  ExperimentState,
  VerdictName
} from './experiment.ts'
import type { OptimizationName, Switches } from './optimizations.ts'

/** Explorations: which switches matter on this traffic, alone and together. */

export const explorationFractions = ['full', 'half'] as const
/**
 * `full`: every combination of the switches. `half`: half of them, in which every effect is measured together with its alias,
 * the product of all other switches.
 */
export type ExplorationFraction = (typeof explorationFractions)[number]

export const explorationBounds = {
  switches: { min: 2, max: 5 },
  /** Half of four combinations could tell nothing from anything. */
  switchesOfHalf: { min: 3, max: 5 },
  /** One round shows no noise. */
  rounds: { min: 2, max: 100 },
  /** All blocks with their wash-out. */
  seconds: { min: 0, max: 3500 }
} as const

export const explorationDefaults = {
  fraction: 'full',
  rounds: 6,
  blockSeconds: 2,
  washOutSeconds: 0.5,
  marginPercent: 2
} as const

export interface ExplorationRequest
  extends Pick<ExperimentRequest, 'blockSeconds' | 'washOutSeconds' | 'load' | 'seed' | 'label'> {
  /** The others stay as they are. */
  readonly switches: readonly OptimizationName[]
  readonly fraction: ExplorationFraction
  /** How often each combination is measured. */
  readonly rounds: number
  /** A change of CPU per frame within this many percent either way makes no difference. */
  readonly marginPercent: number
}

/**
 * What switching one on changes, over all settings of the others; or, for two, how much more one changes while the other is on
 * than while it is off. All intervals hold together with 95 %.
 */
export interface ExplorationEffect {
  readonly switches: readonly OptimizationName[]
  /** What cannot be told from it in the half fraction; empty in the full one. */
  readonly aliasedWith: readonly OptimizationName[]
  readonly verdict: VerdictName
  readonly effectPercent: number
  readonly interval: readonly [number, number]
  readonly p: number
  /** After Holm's correction over all effects. */
  readonly pHolm: number
}

export interface ExplorationFindings {
  readonly sentence: string
  /** Rounds in which every combination could be measured. */
  readonly rounds: number
  /** Main effects, then interactions of two. */
  readonly effects: readonly ExplorationEffect[]
  /** The settings of those that matter that cost the least CPU per frame. */
  readonly recommended: Partial<Switches>
  /** Against all of them off, as far as the effects that were found say. */
  readonly recommendedPercent: number
  /** Within the margin, alone and together with any other. */
  readonly makesNoDifference: readonly OptimizationName[]
  /** Neither was anything found nor can it be ruled out. */
  readonly undecided: readonly OptimizationName[]
}

export const explorationMetrics = [
  'cpuPerFrame',
  'framesPerSecond',
  'gcPerMillionFrames',
  'readsPerFrame',
  'writesPerFrame'
] as const satisfies readonly ExperimentMetric[]
export type ExplorationMetric = (typeof explorationMetrics)[number]

/** One combination, in force for one block of time. */
export interface ExplorationBlock {
  readonly index: number
  readonly round: number
  /** Index into the combinations. */
  readonly combination: number
  readonly startedAt: string
  readonly seconds: number
  readonly frames: number
  /** In the units of experiments; null where no frame came. */
  readonly figures: Readonly<Record<ExplorationMetric, number | null>>
  /** Why it is not used, in words; null when it is. */
  readonly excluded: string | null
}

export interface ExplorationReport {
  readonly id: string
  readonly state: ExperimentState
  /** From 0 to 1. */
  readonly progress: number
  readonly sentence: string
  readonly error: string | null
  readonly seed: number
  readonly request: ExplorationRequest
  /** Each with all switches as they are in its blocks. */
  readonly combinations: readonly Switches[]
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  readonly remainingSeconds: number | null
  /** null until two rounds are complete. */
  readonly findings: ExplorationFindings | null
  readonly environment: ExperimentEnvironment
  readonly command: string
  readonly blocks: readonly ExplorationBlock[]
}
