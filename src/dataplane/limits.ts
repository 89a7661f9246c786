import type { RefusalReason } from '../contract/reasons.ts'
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
  /** A peer that leaves its acks unread for this time is closed; so is one that was refused while its handlers take that long. */
  readonly drainTimeoutMs: number
  /** How long an ended connection may take to say goodbye, so that its last acks are not lost to a reset. */
  readonly lingerTimeoutMs: number
  /** A peer that was silent for this time is probed by the kernel; one that does not answer is taken for gone. 0 is never. */
  readonly keepAliveMs: number
}

/** Which limit was met, and how high it is. */
export function limitInWords(reason: RefusalReason, limits: Limits): string {
  switch (reason) {
    case 'frame_timeout':
      return `a frame was not whole within ${limits.frameTimeoutMs} ms`
    case 'idle_timeout':
      return `nothing came for ${limits.idleTimeoutMs} ms`
    case 'slow_consumer':
      return `acks were left unread for ${limits.drainTimeoutMs} ms`
    case 'max_connections':
      return `this worker serves ${limits.maxConnections} connections and no more`
    case 'address_connections':
      return `this worker serves ${limits.maxConnectionsPerAddress} connections from one address and no more`
    case 'address_rate':
      return `this worker takes ${limits.maxConnectionRatePerAddress} new connections a second from one address`
    case 'address_denied':
      return 'the address is denied, or not among those allowed'
    default:
      return reason.replaceAll('_', ' ')
  }
}
