import type { AuditEntry } from './audit.ts'
import type { ExperimentEvent } from './experiment.ts'
import type { Switches } from './optimizations.ts'
import type { ProfileReport } from './profile.ts'
import type { PlaneReport, ServerRates, ServerReport, ServerTotals, WorkerRates, WorkerState } from './server-report.ts'

/** What a late joiner must know to read the rest: sent first, to everyone. */
export type StartEvent = Pick<ServerReport, 'name' | 'version' | 'node' | 'startedAt' | 'listen' | 'options'>

/** Batches that ended in the second before. */
export interface BatchFigures {
  readonly perSecond: number
  readonly meanMicroseconds: number
  /** Estimated within a bucket of the histogram. */
  readonly p99Microseconds: number
}

/** Once a second: the figures as the workers have last reported them. */
export interface SnapshotEvent {
  readonly at: string
  readonly state: ServerReport['state']
  readonly revision: number
  readonly totals: ServerTotals
  readonly rates: ServerRates
  /** null when no batch ended. */
  readonly batches: BatchFigures | null
  readonly workers: readonly {
    readonly id: number
    readonly state: WorkerState
    readonly connections: number
    readonly rssBytes: number
    readonly rates: WorkerRates
    /** null when no batch of it ended. */
    readonly batches: BatchFigures | null
  }[]
  readonly plane: PlaneReport
}

/** Switches were changed, or a layer has ended. */
export interface ChangeEvent {
  readonly entry: AuditEntry
  /** By worker. */
  readonly inForce: Readonly<Record<string, Switches>>
}

/** A worker is in another state, or one of its processes has ended. */
export interface WorkerEvent {
  readonly worker: number
  readonly state: WorkerState
  readonly pid: number | null
  readonly restarts: number
  readonly crashes: number
  /** How a process of it ended, and what that means; null where only the state is new. */
  readonly ended: {
    readonly pid: number | null
    readonly how: string
    readonly what: 'died' | 'replaced' | 'not_taken_over' | 'stopped'
  } | null
}

/** Everything that is told as it happens, by the name of its event. */
export interface EventData {
  start: StartEvent
  snapshot: SnapshotEvent
  change: ChangeEvent
  worker: WorkerEvent
  drain: AuditEntry
  load: object
  /** One that is kept has begun, or has ended. */
  profile: ProfileReport
  experiment: ExperimentEvent
  exploration: object
}
export type EventType = keyof EventData
