import type { CloseReason } from './reasons.ts'

/** What is told of one connection while it is watched. One line each; every time is ISO 8601. */

export const LONGEST_TRACE_SECONDS = 60
export const MOST_TRACED_FRAMES = 10_000
/** As much of a body is shown. */
export const TRACED_BODY_BYTES = 1024

export interface TraceOptions {
  readonly seconds: number
  readonly maxFrames: number
  readonly bodies: boolean
}

export interface TraceStartLine {
  readonly type: 'start'
  readonly at: string
  readonly connection: string
  readonly peer: string
  /** Bytes that had come on this connection before. */
  readonly offset: number
  /** How many of them belong to a frame that is not whole yet. */
  readonly heldBytes: number
}

export interface TraceReadLine {
  readonly type: 'read'
  readonly at: string
  /** Counted from 1, from the beginning of the trace. */
  readonly read: number
  /** Of its first byte, in the stream. */
  readonly offset: number
  readonly bytes: number
}

export interface TraceFrameLine {
  readonly type: 'frame'
  readonly at: string
  readonly offset: number
  /** The whole frame, with its length field. */
  readonly length: number
  readonly command: number | null
  readonly name: string | null
  /** `text` has a dot for every byte that is not printable ASCII. */
  readonly id: { readonly hex: string; readonly text: string } | null
  /** In how many reads it came; null when it began before the trace. */
  readonly reads: number | null
  /** The read that brought its first byte; null when that was before the trace. */
  readonly firstRead: number | null
  readonly lastRead: number
  /** 1 for the frame that the last read completed first, 2 for the next one in the same read, and so on. */
  readonly placeInRead: number
  readonly bodyBytes: number
  /** The first bytes of its body, in base64; only when asked for. */
  readonly body?: string | undefined
}

/** The stream broke a rule; no frame is taken after this. */
export interface TraceRefusedLine {
  readonly type: 'refused'
  readonly at: string
  readonly offset: number
  readonly reason: string
  readonly value: number
  readonly detail: string
}

/** Lines that were left out here, because whoever reads them was too slow. */
export interface TraceDroppedLine {
  readonly type: 'dropped'
  readonly lines: number
}

export const traceEnds = ['seconds', 'max_frames', 'max_reads', 'closed', 'stopped', 'worker_lost'] as const
export type TraceEnd = (typeof traceEnds)[number]

export interface TraceEndLine {
  readonly type: 'end'
  readonly at: string
  readonly why: TraceEnd
  /** Why the connection closed, when it did. */
  readonly reason: CloseReason | null
  readonly reads: number
  readonly frames: number
}

export type TraceLine =
  | TraceStartLine
  | TraceReadLine
  | TraceFrameLine
  | TraceRefusedLine
  | TraceDroppedLine
  | TraceEndLine

/** Lines of a trace, from the worker. The last line of the last batch is its end. */
export interface TraceBatch {
  readonly trace: number
  readonly lines: readonly TraceLine[]
  readonly ended: boolean
}

/** Why there is no trace. */
export type TraceRefusal = 'no_connection' | 'traced_already' | 'too_many'
