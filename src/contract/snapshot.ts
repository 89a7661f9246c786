import { type ConnectionRates, rateKeys } from './connection-rates.ts'
import {
  type CloseReason,
  type CountsByReason,
  closeReasons,
  type RefusalReason,
  refusalReasons,
  zeroCounts
} from './reasons.ts'

/** Traffic totals, of a connection, a worker or the server. */
export interface Traffic {
  framesReceived: number
  framesSent: number
  bytesReceived: number
  bytesSent: number
  /** Reads and writes of the socket layer: each is one read(2) or write(2) that moved bytes. */
  reads: number
  writes: number
}

export const connectionStates = ['open', 'draining', 'closing', 'closed'] as const
export type ConnectionState = (typeof connectionStates)[number]

/** One connection as the API shows it: a live one as it is now, a closed one as it ended. */
export interface ConnectionInfo extends Traffic {
  readonly id: string
  readonly worker: number
  readonly peer: { readonly address: string; readonly port: number }
  readonly state: ConnectionState
  /** Why it ends or has ended; null as long as it does not. */
  readonly reason: CloseReason | null
  readonly openedAt: string
  readonly closedAt: string | null
  /** When bytes last came; when it was opened, if none have. */
  readonly lastReceivedAt: string
  readonly ageSeconds: number
  /** Since bytes last came. */
  readonly idleSeconds: number
  /** Over the last whole seconds, or since it was opened when that is less. */
  readonly rates: ConnectionRates
  /** How often reading stopped because the peer left its acks unread. */
  readonly stalls: number
  /** How long that was in all, and the longest of them, one under way included. */
  readonly stalledSeconds: number
  readonly longestStallSeconds: number
  /** Acks written but not taken by the kernel yet. */
  readonly pendingBytes: number
}

/** `live` is every state but closed. */
export const stateFilters = ['live', ...connectionStates] as const
export type StateFilter = (typeof stateFilters)[number]

/** Which connections: those for which all that is given holds. */
export interface ConnectionFilter {
  /** `live` when absent. */
  readonly state?: StateFilter | undefined
  readonly worker?: number | undefined
  /** An IP address, or a block of them in CIDR notation. */
  readonly address?: string | undefined
  readonly reason?: CloseReason | undefined
  readonly minIdleSeconds?: number | undefined
  readonly minAgeSeconds?: number | undefined
  readonly minPendingBytes?: number | undefined
}

export interface WorkerTotals extends Traffic {
  connectionsAccepted: number
  connectionsOpen: number
  refused: CountsByReason<RefusalReason>
  closed: CountsByReason<CloseReason>
  /** Submits whose handler threw, was rejected, or returned no result. */
  handlerErrors: number
}

/** Of a worker that has done nothing yet. */
export function noTotals(): WorkerTotals {
  return {
    connectionsAccepted: 0,
    connectionsOpen: 0,
    framesReceived: 0,
    framesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    reads: 0,
    writes: 0,
    refused: zeroCounts(refusalReasons),
    closed: zeroCounts(closeReasons),
    handlerErrors: 0
  }
}

/** From a read's callback to its last write. `counts[i]` batches lasted at most `boundsSeconds[i]`; cumulative. */
export interface BatchDurations {
  readonly boundsSeconds: readonly number[]
  readonly counts: readonly number[]
  readonly count: number
  readonly sumSeconds: number
}

/** One batch that took its time, and whose it was. */
export interface SlowBatch {
  readonly connection: string
  readonly seconds: number
  /** When it ended, since the Unix epoch. */
  readonly atSeconds: number
}

/** What the data plane of one worker tells of itself. */
export interface DataPlaneSnapshot {
  readonly totals: WorkerTotals
  readonly batches: BatchDurations
  /** Of the batches since it was last asked; null when there were none. */
  readonly slowestBatch: SlowBatch | null
}

/** Where a page of connections begins: behind this sort value and id. */
export interface ListingPosition {
  readonly value: number | string
  readonly id: string
}

export const connectionSortKeys = [
  'id',
  'worker',
  'address',
  'port',
  'state',
  'reason',
  'openedAt',
  'closedAt',
  'lastReceivedAt',
  'ageSeconds',
  'idleSeconds',
  'framesReceived',
  'framesSent',
  'bytesReceived',
  'bytesSent',
  'reads',
  'writes',
  'stalls',
  'stalledSeconds',
  'longestStallSeconds',
  'pendingBytes',
  ...rateKeys
] as const
export type ConnectionSortKey = (typeof connectionSortKeys)[number]

export interface ListingQuery {
  readonly filter: ConnectionFilter
  readonly sort: ConnectionSortKey
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after: ListingPosition | null
  /**
   * By this a listing is known whose figures move: its other pages go by what they were for the first one. Null where
   * they stand still, and where there will be no other page.
   */
  readonly held: number | null
}

/** The first `limit` connections behind the position, in order, and how many the filter matches in all. */
export interface Listing {
  readonly total: number
  readonly items: ConnectionInfo[]
  /** What puts each of them in its place. */
  readonly values: readonly ListingPosition['value'][]
  /** It was to continue a listing that is not held any more; nothing else is in it then. */
  readonly forgotten: boolean
}

/** The same for the server as a whole. */
export interface ServerListing extends Omit<Listing, 'forgotten'> {
  /** Workers that have connections but did not answer in time: theirs are missing. */
  readonly unavailableWorkers: number[]
}

export interface ConnectionCount {
  readonly count: number
  readonly unavailableWorkers: number[]
}

export type CloseMode = 'drain' | 'now'

/** Closes every connection that matches when this is received, no faster than `ratePerSecond`. */
export interface BulkClose {
  readonly filter: ConnectionFilter
  readonly mode: CloseMode
  readonly ratePerSecond: number
}
