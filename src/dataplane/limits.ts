import type { AdmissionRules } from './admission.ts'

/** The bounds of one worker's data plane. Sizes in bytes, times in milliseconds; 0 turns a timeout off. */
export interface Limits extends AdmissionRules {
  /** What one read(2) may bring when reads are buffered. */
  readonly readBufferBytes: number
  /** Unread acks of one connection from which on nothing more is read from it. */
  readonly highWaterBytes: number
  /** Frames of one connection whose handler has not ended: beyond these bytes nothing more is read from it. */
  readonly maxOwedBytes: number
  /** A frame begun must be whole within this time. */
  readonly frameTimeoutMs: number
  /** A connection on which nothing comes for this time is closed. */
  readonly idleTimeoutMs: number
  /** A peer that leaves its acks unread for this time is closed. */
  readonly drainTimeoutMs: number
  /** How long an ended connection may take to say goodbye, so that its last acks are not lost to a reset. */
  readonly lingerTimeoutMs: number
}
