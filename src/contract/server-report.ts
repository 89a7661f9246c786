import type { Actor } from './audit.ts'
import type { OptimizationName, Switches } from './optimizations.ts'
import type { CountsByReason, RefusalReason } from './reasons.ts'
import type { BatchDurations, SlowBatch, Traffic, WorkerTotals } from './snapshot.ts'

/** What the server as a whole says of itself: the shapes that routes answer with and metrics are made of. */

export const workerStates = ['starting', 'running', 'replacing', 'draining', 'restarting', 'stopped'] as const
/** `replacing`: it serves, while a second process takes over from the first. `restarting`: its process died. */
export type WorkerState = (typeof workerStates)[number]

/** Of one worker, over the last few seconds; 0 when nothing came. */
export interface WorkerRates extends ServerRates {
  readonly bytesReceivedPerSecond: number
  readonly bytesSentPerSecond: number
  /** Part of the time that its event loop was busy: 0 to 1. */
  readonly loopUse: number
}

export interface WorkerReport {
  readonly id: number
  /** null while no process stands behind this worker. */
  readonly pid: number | null
  readonly state: WorkerState
  /** How often another process took over, asked for or not. */
  readonly restarts: number
  /** How often a process of it ended that was not told to. */
  readonly crashes: number
  readonly connections: number
  readonly cpuSeconds: number
  /** Time in garbage collections. */
  readonly gcSeconds: number
  readonly rssBytes: number
  readonly rates: WorkerRates
}

/** What it costs to show all this. */
export interface PlaneReport {
  /** Of the process of the control plane. */
  readonly cpuSeconds: number
  /** What workers have told the control plane of themselves, asked or not. */
  readonly snapshots: number
  readonly snapshotBytes: number
  /** Time that the workers took to tell it. */
  readonly snapshotSeconds: number
}

export interface ServerTotals extends Traffic {
  readonly connectionsAccepted: number
  readonly connectionsOpen: number
  readonly refused: CountsByReason<RefusalReason>
}

/** Over the last few seconds; 0 when nothing came. */
export interface ServerRates {
  readonly framesReceivedPerSecond: number
  readonly cpuMicrosecondsPerFrame: number
  readonly readsPerFrame: number
  readonly writesPerFrame: number
  readonly gcMillisecondsPerSecond: number
}

export interface ServerReport {
  readonly name: 'framelab'
  readonly version: string
  readonly node: string
  readonly startedAt: string
  readonly uptimeSeconds: number
  readonly state: 'starting' | 'running' | 'draining'
  readonly listen: {
    readonly frames: { readonly host: string; readonly port: number }
    readonly http: { readonly host: string; readonly port: number }
  }
  readonly options: Readonly<Record<string, unknown>>
  readonly workers: readonly WorkerReport[]
  readonly totals: ServerTotals
  readonly rates: ServerRates
  readonly plane: PlaneReport
}

export interface OptimizationReport {
  readonly name: OptimizationName
  readonly description: string
  readonly default: boolean
  /** What is in force: the same on all workers, or not. */
  readonly enabled: boolean | 'mixed'
  readonly workers: Readonly<Record<string, boolean>>
}

export interface OptimizationsReport {
  /** Rises with every change. */
  readonly revision: number
  readonly optimizations: readonly OptimizationReport[]
  /** Changes that end by themselves, lowest first. */
  readonly layers: readonly OptimizationLayer[]
  readonly presets: readonly { readonly name: string; readonly description: string; readonly switches: Switches }[]
}

/** A change that ends by itself and gives back what is under it. */
export interface OptimizationLayer extends Actor {
  readonly id: string
  readonly switches: Partial<Switches>
  readonly workers: readonly number[]
  readonly at: string
  readonly expiresAt: string
}

export interface OptimizationChange {
  readonly switches: Partial<Switches>
  /** null is all of them. */
  readonly workers: readonly number[] | null
  /** How long it lasts; null is for good. */
  readonly ttlSeconds: number | null
  readonly actor: Actor
  /** It is made only at one of these revisions; null is at any. */
  readonly revisions: readonly number[] | null
}

/** What one process (the primary or a worker) costs; see telemetry's ProcessFigures, which has this shape. */
export interface ProcessReport {
  readonly pid: number
  readonly nodeVersion: string
  readonly startedAt: string
  readonly cpuUserSeconds: number
  readonly cpuSystemSeconds: number
  readonly rssBytes: number
  readonly heapTotalBytes: number
  readonly heapUsedBytes: number
  readonly externalBytes: number
  readonly arrayBuffersBytes: number
  readonly loopActiveSeconds: number
  readonly loopIdleSeconds: number
  readonly loopDelay: {
    readonly meanSeconds: number
    readonly p50Seconds: number
    readonly p99Seconds: number
    readonly maxSeconds: number
  }
  readonly gc: Readonly<
    Record<
      'major' | 'minor' | 'incremental' | 'weakcb',
      { readonly count: number; readonly seconds: number; readonly buckets: readonly number[] }
    >
  >
}

export interface SnapshotPrice {
  readonly count: number
  readonly bytes: number
  /** On the worker's event loop. */
  readonly seconds: number
}

/** One worker as the metrics need it: totals of all processes it has had, and its process of now. */
export interface WorkerMetrics {
  readonly id: number
  readonly up: boolean
  readonly restarts: number
  readonly crashes: number
  readonly switches: Switches
  /** Index of the arm of an experiment that is in force here; null when none is. */
  readonly arm: number | null
  readonly totals: WorkerTotals
  readonly batches: BatchDurations
  /** At most one for each bucket of `batches`. */
  readonly slowBatches: readonly SlowBatch[]
  /** What it took this worker to tell of itself. */
  readonly snapshots: SnapshotPrice
  /** Processor and GC figures are totals over restarts too; null before the first process has spoken. */
  readonly process: ProcessReport | null
}

export interface LabMetrics {
  readonly version: string
  /** An experiment is under way. */
  readonly experimenting: boolean
  readonly primary: ProcessReport
  readonly workers: readonly WorkerMetrics[]
}
