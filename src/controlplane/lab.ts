import type { Actor, AuditCause, AuditEntry } from '../contract/audit.ts'
import type {
  LabMetrics,
  OptimizationChange,
  OptimizationsReport,
  ServerReport,
  WorkerReport
} from '../contract/server-report.ts'
import type {
  BulkClose,
  CloseMode,
  ConnectionCount,
  ConnectionFilter,
  ConnectionInfo,
  ListingQuery,
  ServerListing
} from '../contract/snapshot.ts'
import type { TraceLine, TraceOptions } from '../contract/trace.ts'
import type { EventHub } from './events/event-hub.ts'
import type { Experiments } from './experiments.ts'
import type { Profiles } from './profiles.ts'

/**
 * The running server as the routes see it. The supervisor of the workers is one; nothing here knows of processes, sockets
 * or messages.
 */
export interface Lab {
  /** Frames are accepted. */
  readonly ready: boolean
  /** Tells what happens as it happens. */
  readonly events: EventHub
  readonly profiles: Profiles
  readonly experiments: Experiments
  report(): Promise<ServerReport>
  metrics(): Promise<LabMetrics>
  workers(): Promise<readonly WorkerReport[]>
  /** Throws UnknownWorkerError, as do all that take a filter, and ListingForgottenError. */
  listConnections(query: ListingQuery): Promise<ServerListing>
  countConnections(filter: ConnectionFilter): Promise<ConnectionCount>
  /** Begins to close those that match, and says how many. Throws TooManyClosingsError and closes none. */
  closeConnections(command: BulkClose): Promise<ConnectionCount>
  /** Throws UnavailableError. */
  findConnection(id: string): Promise<ConnectionInfo | null>
  /** False when there is no such connection. Throws UnavailableError. */
  closeConnection(id: string, mode: CloseMode): Promise<boolean>
  /**
   * Watches one live connection; null when there is none. Its lines come until they have ended, the first of them perhaps
   * before this resolves. Throws TraceRefusedError and UnavailableError.
   */
  traceConnection(id: string, options: TraceOptions, listener: TraceListener): Promise<ConnectionTrace | null>
  optimizations(): OptimizationsReport
  /**
   * Resolves once every worker concerned runs with it. Throws UnknownWorkerError, StaleRevisionError, TooManyLayersError
   * or SwitchesHeldError and changes nothing.
   */
  changeOptimizations(change: OptimizationChange): Promise<OptimizationsReport>
  /** Null when there is no such layer. Throws StaleRevisionError or SwitchesHeldError and changes nothing. */
  endLayer(id: string, actor: Actor, revisions: OptimizationChange['revisions']): Promise<OptimizationsReport | null>
  /** Begins to replace the process of a worker. Null when there is no such worker. Throws RestartRefusedError. */
  restartWorker(id: number, actor: Actor): Promise<WorkerReport | null>
  /** Begins to replace all processes, one after another. Throws RestartRefusedError. */
  restartWorkers(actor: Actor): Promise<readonly WorkerReport[]>
  /** Puts into the audit what was done on request, and to what: `connection 1-42`, `run load-3`. */
  note(cause: AuditCause, target: string, actor: Actor): void
  /** What was done to the server, newest first, and how much of it is kept. */
  audit(limit: number): { readonly total: number; readonly items: readonly AuditEntry[] }
  /** Begins to stop the server: accept nothing, answer what has come, exit. */
  drain(actor: Actor): void
}

export type TraceListener = (lines: readonly TraceLine[], ended: boolean) => void

export interface ConnectionTrace {
  /** Nobody listens any more. */
  stop(): void
}

/** A request named a worker that there is not. */
export class UnknownWorkerError extends Error {
  readonly code = 'FRAMELAB_UNKNOWN_WORKER'
  readonly worker: number
  /** Where in the request's list of workers. */
  readonly index: number

  constructor(worker: number, index: number, known: readonly number[]) {
    super(`there is no worker ${worker}; there are ${known.join(', ')}`)
    this.name = 'UnknownWorkerError'
    this.worker = worker
    this.index = index
  }
}

/** The listing that was to be continued is not remembered any more. */
export class ListingForgottenError extends Error {
  readonly code = 'FRAMELAB_LISTING_FORGOTTEN'

  constructor() {
    super('continues a listing that is not remembered any more; begin again without a cursor')
    this.name = 'ListingForgottenError'
  }
}

/** The one who could answer does not. It may, a little later. */
export class UnavailableError extends Error {
  readonly code: string = 'FRAMELAB_UNAVAILABLE'

  constructor(message: string) {
    super(message)
    this.name = 'UnavailableError'
  }
}

/** So many lots of connections are being closed already that no more are begun. */
export class TooManyClosingsError extends Error {
  readonly code = 'FRAMELAB_TOO_MANY_CLOSINGS'

  constructor() {
    super('as many lots of connections are being closed as can be at once; wait for one to end')
    this.name = 'TooManyClosingsError'
  }
}

/** A connection that is traced already, or one too many. */
export class TraceRefusedError extends Error {
  readonly code = 'FRAMELAB_TRACE_REFUSED'
  readonly refusal: 'traced_already' | 'too_many'

  constructor(refusal: 'traced_already' | 'too_many') {
    super(
      refusal === 'traced_already'
        ? 'this connection is being traced already'
        : 'its worker traces as many connections as it may at once; wait for one to end'
    )
    this.name = 'TraceRefusedError'
    this.refusal = refusal
  }
}

/** The switches have been changed since whoever asks has looked. */
export class StaleRevisionError extends Error {
  readonly code = 'FRAMELAB_STALE_REVISION'
  readonly revision: number

  constructor(revision: number) {
    super(`the switches are at revision ${revision} by now`)
    this.name = 'StaleRevisionError'
    this.revision = revision
  }
}

/** Somebody has the switches to himself for a while: a change would falsify what he measures. */
export class SwitchesHeldError extends Error {
  readonly code = 'FRAMELAB_SWITCHES_HELD'

  constructor(holder: string) {
    super(`${holder} has the switches until it ends; wait for that, or cancel it`)
    this.name = 'SwitchesHeldError'
  }
}

/** There are as many layers as there may be. */
export class TooManyLayersError extends Error {
  readonly code = 'FRAMELAB_TOO_MANY_LAYERS'

  constructor(most: number) {
    super(`there are ${most} changes that will end by themselves, and no more may be: end one first`)
    this.name = 'TooManyLayersError'
  }
}

/** A worker that does not serve, or is being restarted already, cannot be restarted now. */
export class RestartRefusedError extends Error {
  readonly code = 'FRAMELAB_RESTART_REFUSED'

  constructor(why: string) {
    super(why)
    this.name = 'RestartRefusedError'
  }
}
