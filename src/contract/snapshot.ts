import type { CloseReason, CountsByReason, RefusalReason } from './reasons.ts'

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

export const connectionStates = ['open', 'draining', 'closing'] as const
export type ConnectionState = (typeof connectionStates)[number]

/** One connection as the API shows it. */
export interface ConnectionInfo extends Traffic {
  readonly id: string
  readonly worker: number
  readonly peer: { readonly address: string; readonly port: number }
  readonly state: ConnectionState
  readonly openedAt: string
  /** When bytes last came; when it was opened, if none have. */
  readonly lastReceivedAt: string
  readonly ageSeconds: number
  /** Since bytes last came. */
  readonly idleSeconds: number
  /** Acks written but not taken by the kernel yet. */
  readonly pendingBytes: number
}

export interface WorkerTotals extends Traffic {
  connectionsAccepted: number
  connectionsOpen: number
  refused: CountsByReason<RefusalReason>
  closed: CountsByReason<CloseReason>
  /** Submits whose handler threw, was rejected, or returned no result. */
  handlerErrors: number
}

/** From a read's callback to its last write. `counts[i]` batches lasted at most `boundsSeconds[i]`; cumulative. */
export interface BatchDurations {
  readonly boundsSeconds: readonly number[]
  readonly counts: readonly number[]
  readonly count: number
  readonly sumSeconds: number
}

/** What the data plane of one worker tells of itself. */
export interface DataPlaneSnapshot {
  readonly totals: WorkerTotals
  readonly batches: BatchDurations
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
  'openedAt',
  'lastReceivedAt',
  'ageSeconds',
  'idleSeconds',
  'framesReceived',
  'framesSent',
  'bytesReceived',
  'bytesSent',
  'reads',
  'writes',
  'pendingBytes'
] as const
export type ConnectionSortKey = (typeof connectionSortKeys)[number]

export interface ListingQuery {
  readonly sort: ConnectionSortKey
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after: ListingPosition | null
}

/** The first `limit` connections behind the position, in order, and how many there are in all. */
export interface Listing {
  readonly total: number
  readonly items: ConnectionInfo[]
}

export type CloseMode = 'drain' | 'now'
