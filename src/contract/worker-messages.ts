import type { Switches } from './optimizations.ts'
import type { ProfileStart, ProfileStarted, ProfileStop, ProfileStopped } from './profile-messages.ts'
import type { RefusalReason } from './reasons.ts'
import type { ProcessReport } from './server-report.ts'
import type {
  BulkClose,
  CloseMode,
  ConnectionFilter,
  ConnectionInfo,
  DataPlaneSnapshot,
  Listing,
  ListingQuery
} from './snapshot.ts'
import type { TlsMaterial } from './tls.ts'
import type { TraceBatch, TraceOptions, TraceRefusal } from './trace.ts'

/** What primary and workers say to each other, and nothing else. Everything survives JSON. */

/** All a worker must know to serve. */
export interface WorkerAssignment {
  readonly worker: number
  /** How often this worker was started before. */
  readonly incarnation: number
  readonly switches: Switches
  readonly wire: 'compiled' | 'documented'
  readonly maxFrameBytes: number
  readonly poolGuard: boolean
  /** null: frames come by plain TCP. */
  readonly tls: TlsMaterial | null
  /** How many connections are remembered once they have closed. */
  readonly closedKept: number
  readonly limits: {
    readonly maxConnections: number
    readonly maxConnectionsPerAddress: number
    readonly maxConnectionRatePerAddress: number
    readonly allowNetworks: readonly string[]
    readonly denyNetworks: readonly string[]
    readonly readBufferBytes: number
    readonly highWaterBytes: number
    readonly maxOwedBytes: number
    readonly frameTimeoutMs: number
    readonly idleTimeoutMs: number
    readonly drainTimeoutMs: number
    readonly lingerTimeoutMs: number
    readonly keepAliveMs: number
  }
}

export interface WorkerSnapshot extends DataPlaneSnapshot {
  /** The worker's monotonic clock when this was read, in milliseconds. */
  readonly atMs: number
  readonly process: ProcessReport
  /** Time spent so far on telling such snapshots, this one not included. */
  readonly toldSeconds: number
}

/** What is measured for the blocks of an experiment, and costs too much to be measured always. */
export interface WorkerBlock {
  readonly snapshot: WorkerSnapshot
  /** In V8's heap since measuring began. */
  readonly allocatedBytes: number
  /** Outside of it, at least. */
  readonly externalBytes: number
  /** Since it was last asked, 99th percentile. */
  readonly loopDelaySeconds: number
  /** Durations of batches since it was last asked, in nanoseconds, as a latency histogram writes itself down. */
  readonly batches: {
    readonly indices: number[]
    readonly counts: number[]
    readonly sum: number
    readonly max: number
  }
}

/** Each request by name: what goes down, what comes back. */
export interface WorkerRequests {
  snapshot: { readonly down: null; readonly up: WorkerSnapshot }
  list: { readonly down: ListingQuery; readonly up: Listing }
  count: { readonly down: ConnectionFilter; readonly up: number }
  find: { readonly down: { readonly id: string }; readonly up: ConnectionInfo | null }
  close: { readonly down: { readonly id: string; readonly mode: CloseMode }; readonly up: boolean }
  /** How many it closes; null when it closes too many lots of them already. */
  'close-matching': { readonly down: BulkClose; readonly up: number | null }
  /** null when it has begun; its lines come as messages of their own. */
  trace: { readonly down: TraceRequest; readonly up: TraceRefusal | null }
  'stop-trace': { readonly down: { readonly trace: number }; readonly up: null }
  switch: { readonly down: Switches; readonly up: null }
  /** A new certificate, for the next handshakes. */
  tls: { readonly down: TlsMaterial; readonly up: null }
  /** Begins to measure for blocks, unless it is measured already. */
  'measure-block': { readonly down: null; readonly up: WorkerBlock }
  /** Between two blocks: whatever the first has left behind is cleared away, and costs the second nothing. */
  'settle-measuring': { readonly down: null; readonly up: null }
  'stop-measuring': { readonly down: null; readonly up: null }
  'start-profile': { readonly down: ProfileStart; readonly up: ProfileStarted<WorkerSnapshot> }
  'stop-profile': { readonly down: ProfileStop; readonly up: ProfileStopped<WorkerSnapshot> }
}
export type WorkerRequestName = keyof WorkerRequests

export interface TraceRequest {
  /** Unlike that of every other trace of this process. */
  readonly trace: number
  readonly id: string
  readonly options: TraceOptions
}

export type ToWorker =
  | { readonly type: 'start'; readonly assignment: WorkerAssignment }
  | { readonly type: 'request'; readonly number: number; readonly name: WorkerRequestName; readonly down: unknown }
  | { readonly type: 'drain'; readonly deadlineMs: number }
  /** Comes with the handle of a connection. Whoever is full gives it back while other workers are left to be asked. */
  | { readonly type: 'connection'; readonly areOthersLeft: boolean }
  /** So many connections have been sent. Comes behind the last of them when nothing has been heard of that for a while. */
  | { readonly type: 'connections-sent'; readonly count: number }

export interface RefusalNotice {
  readonly connection: string | null
  readonly peer: string
  readonly reason: RefusalReason
  /** Rule, value and place in words. */
  readonly detail: string
}

export type FromWorker =
  /** The process listens to messages now; what was sent before may be lost. */
  | { readonly type: 'hello' }
  /** It takes connections. */
  | { readonly type: 'serving' }
  /** The connection sent last is its own now, one of so many; or not, as it drains or is full. */
  | { readonly type: 'taken'; readonly accepted: boolean; readonly connections: number }
  /** The connection sent last has not arrived: the system had no file descriptor for it. */
  | { readonly type: 'not-arrived' }
  | { readonly type: 'snapshot'; readonly snapshot: WorkerSnapshot }
  | { readonly type: 'response'; readonly number: number; readonly up: unknown }
  /** The first items of a listing; its response brings the last. */
  | { readonly type: 'listing-part'; readonly number: number; readonly items: readonly ConnectionInfo[] }
  | { readonly type: 'trace'; readonly batch: TraceBatch }
  | { readonly type: 'refusal'; readonly refusal: RefusalNotice; readonly suppressed: number }
  /** Notices that were withheld, and of which no later one has told. */
  | { readonly type: 'suppressed'; readonly what: SuppressedNotices; readonly count: number }
  | { readonly type: 'handler-error'; readonly message: string; readonly suppressed: number }

export type SuppressedNotices = 'refusals' | 'handler errors'
