import type { LoadRunRequest } from './load-run.ts'
import type { PresetName, Switches } from './optimizations.ts'

/** Experiments on the running server: what is asked for, what each block measured, and what may be concluded. */

export const experimentDesigns = ['switchback', 'split'] as const
/**
 * `switchback`: one arm at a time on all workers, in randomised balanced order. `split`: the arms at the same time on
 * different workers under the same traffic, which swap half-way; needs at least as many workers as arms.
 */
export type ExperimentDesign = (typeof experimentDesigns)[number]

export const experimentStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
/** Failed: it could not go on, or a guard ended it; `error` says why. The switches are back as they were in any case. */
export type ExperimentState = (typeof experimentStates)[number]

export const experimentBounds = {
  arms: { min: 2, max: 6 },
  /** Fewer pairs cannot reach significance: the smallest two-sided p of n pairs is 2 / 2^n, and of five that is 0.06. */
  pairs: { min: 6, max: 200 },
  blockSeconds: { min: 0.2, max: 600 },
  washOutSeconds: { min: 0, max: 60 },
  marginPercent: { min: 0.1, max: 50 },
  nameLength: 60,
  labelLength: 200
} as const

export const experimentDefaults = {
  design: 'switchback',
  pairs: 20,
  blockSeconds: 3,
  washOutSeconds: 1,
  marginPercent: 2,
  selfTest: true,
  profile: false,
  guards: { errorRate: 0.01, p99Factor: null, loopDelayMs: 1000, rssBytes: null }
} as const

export const experimentGuardBounds = {
  errorRate: { min: 0, max: 1 },
  p99Factor: { min: 1, max: 1000 },
  loopDelayMs: { min: 1, max: 60_000 },
  rssBytes: { min: 1, max: 2 ** 50 }
} as const

/**
 * What is measured in each block. The primary figure is `cpuPerFrame`: it holds still on a noisy machine. Latency is the
 * load generator's when framelab drives the load, the duration of a batch in the worker otherwise.
 */
export const experimentMetrics = [
  { name: 'cpuPerFrame', title: 'CPU per frame', unit: 'µs', better: 'lower' },
  { name: 'framesPerSecond', title: 'Frames per second', unit: '1/s', better: 'higher' },
  { name: 'p50', title: 'Latency, median', unit: 'µs', better: 'lower' },
  { name: 'p99', title: 'Latency, 99th percentile', unit: 'µs', better: 'lower' },
  { name: 'p999', title: 'Latency, 99.9th percentile', unit: 'µs', better: 'lower' },
  { name: 'gcPerMillionFrames', title: 'GC per million frames', unit: 'ms', better: 'lower' },
  { name: 'allocatedPerFrame', title: 'Allocated per frame', unit: 'bytes', better: 'lower' },
  { name: 'readsPerFrame', title: 'Reads per frame', unit: 'reads', better: 'lower' },
  { name: 'writesPerFrame', title: 'Writes per frame', unit: 'writes', better: 'lower' },
  { name: 'errors', title: 'Errors per million frames', unit: 'errors', better: 'lower' }
] as const satisfies readonly { name: string; title: string; unit: string; better: 'lower' | 'higher' }[]
export type ExperimentMetric = (typeof experimentMetrics)[number]['name']

/** Either a preset, or switches laid over those in force when the experiment begins. */
export interface ExperimentArmRequest {
  readonly name: string
  readonly preset?: PresetName | undefined
  readonly switches?: Partial<Switches> | undefined
}

/** Each ends the experiment early when it is crossed in a block; null is not watched. */
export interface ExperimentGuards {
  /** Errors (refused streams, failed handlers, lost or wrong acks) over frames, from 0 to 1. */
  readonly errorRate: number | null
  /** p99 of a block over the median p99 of the blocks of the first arm. */
  readonly p99Factor: number | null
  /** Event-loop delay of any worker, 99th percentile of a block. */
  readonly loopDelayMs: number | null
  /** Resident memory of any worker. */
  readonly rssBytes: number | null
}

export interface ExperimentRequest {
  /** The first is what the others are compared with. */
  readonly arms: readonly ExperimentArmRequest[]
  readonly design: ExperimentDesign
  /** How often each arm is measured. */
  readonly pairs: number
  readonly blockSeconds: number
  /** After each change of switches, this long is not measured. */
  readonly washOutSeconds: number
  /** `live`: the traffic that there is. Otherwise the server drives load on itself for as long as the experiment lasts. */
  readonly load: 'live' | Omit<LoadRunRequest, 'durationSeconds' | 'warmUpSeconds' | 'rampSeconds'>
  /** Of the order of blocks; null is drawn, and reported. */
  readonly seed: number | null
  /** A change within this many percent either way makes no difference, by metric. */
  readonly margins: Readonly<Record<ExperimentMetric, number>>
  readonly guards: ExperimentGuards
  /** Capture a CPU profile of each arm after the blocks, and their difference per frame. */
  readonly profile: boolean
  /** Compare blocks of equal arms of this run by the same pipeline: it must find no difference. */
  readonly selfTest: boolean
  readonly label: string | null
}

export interface ExperimentArm {
  readonly name: string
  readonly preset: PresetName | null
  /** All of them, as they were in force in its blocks. */
  readonly switches: Switches
}

/** One arm, in force for one block of time. */
export interface ExperimentBlock {
  readonly index: number
  /** Blocks of the same pair are compared with each other. */
  readonly pair: number
  /** Index of the arm. */
  readonly arm: number
  readonly workers: readonly number[]
  readonly startedAt: string
  readonly seconds: number
  readonly frames: number
  /** null is not known: no traffic, or nothing to measure it with. */
  readonly figures: Readonly<Record<ExperimentMetric, number | null>>
  /**
   * Memory taken outside of V8's heap (buffers), per frame, at least: what was freed between two collections is missing.
   * `allocatedPerFrame` does not hold it. null is not known.
   */
  readonly externalBytesPerFrame: number | null
  /** Why it is not used, in words: too little traffic, a worker died. null when it is. */
  readonly excluded: string | null
}

export const verdicts = ['improved', 'regressed', 'equivalent', 'inconclusive'] as const
/** `improved`, `regressed`: the interval lies wholly on one side of no change. `equivalent`: wholly inside the margin. */
export type VerdictName = (typeof verdicts)[number]

export interface MetricVerdict {
  readonly verdict: VerdictName
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly marginPercent: number
  /** Change of after against before in percent, Hodges–Lehmann on log ratios of paired blocks; null when either is zero. */
  readonly effectPercent: number | null
  /** 95 %, or as near above it as so few pairs can be. */
  readonly interval: readonly [number, number] | null
  /** Exact signed-rank test, two-sided, by itself. */
  readonly p: number | null
  /** The same after Holm's correction over all metrics of this experiment. */
  readonly pHolm: number | null
  readonly cliffsDelta: number | null
  /** The smallest change in percent that a run like this would have found in four of five cases. */
  readonly detectablePercent: number | null
  /** Medians of the blocks used. */
  readonly before: number | null
  readonly after: number | null
  readonly pairs: number
  /** Whether the blocks scatter more or less than before, whatever their middle does. */
  readonly spread: {
    readonly verdict: 'more' | 'less' | 'same'
    readonly ratio: number | null
    readonly p: number | null
  }
}

export interface ExperimentComparison {
  /** Indices of arms. */
  readonly before: number
  readonly after: number
  readonly sentence: string
  /** Metrics that could not be measured are missing. */
  readonly verdicts: Readonly<Partial<Record<ExperimentMetric, MetricVerdict>>>
}

export interface SelfTest {
  /** Nothing was found where there is nothing. */
  readonly passed: boolean
  readonly sentence: string
  /** Of the arm against itself. */
  readonly verdicts: Readonly<Partial<Record<ExperimentMetric, MetricVerdict>>>
}

export interface ExperimentEnvironment {
  readonly framelab: string
  readonly node: string
  readonly v8: string
  readonly platform: string
  readonly arch: string
  readonly cpu: string
  readonly cores: number
  /** Load average over a minute when it began. */
  readonly loadAverage: number
  readonly memoryBytes: number
  /** Limits of the container (cgroup), where there are any. */
  readonly container: { readonly cpus: number | null; readonly memoryBytes: number | null } | null
  readonly workers: number
}

export interface ExperimentReport {
  readonly id: string
  readonly state: ExperimentState
  /** From 0 to 1. */
  readonly progress: number
  /** What it is doing, or what came of it, in words. */
  readonly sentence: string
  readonly error: string | null
  readonly seed: number
  readonly request: ExperimentRequest
  readonly arms: readonly ExperimentArm[]
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** About this long is left. */
  readonly remainingSeconds: number | null
  /** Of the first comparison, as far as it goes; empty until there are blocks enough. */
  readonly verdicts: Readonly<Partial<Record<ExperimentMetric, MetricVerdict>>>
  /** Each further arm against the first. */
  readonly comparisons: readonly ExperimentComparison[]
  readonly selfTest: SelfTest | null
  /** Ids of profiles, arm by arm. */
  readonly profiles: readonly string[]
  readonly environment: ExperimentEnvironment
  /** Repeats it. */
  readonly command: string
  readonly blocks: readonly ExperimentBlock[]
}

/** One of a list: everything but its blocks. */
export type ExperimentSummary = Omit<ExperimentReport, 'blocks'>

/** An experiment is in another state, has got on, or has measured a block. */
export interface ExperimentEvent
  extends Pick<
    ExperimentReport,
    'id' | 'state' | 'progress' | 'sentence' | 'error' | 'startedAt' | 'finishedAt' | 'remainingSeconds'
  > {
  readonly label: string | null
  /** Names, in order. */
  readonly arms: readonly string[]
  /** null where it is not a block that is new. */
  readonly block: ExperimentBlock | null
}
