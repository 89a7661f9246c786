import type { LoadErrorKind } from '../contract/load-figures.ts'
import { ACK_FRAME_BYTES, AFTER_ID_OFFSET, COMMAND_OFFSET, ID_OFFSET, Result } from '../protocol/wire.ts'

/** An id is two words: which connection, and which Submit of it. */
export const SEQUENCE_OFFSET = ID_OFFSET + 4

/** The ack that must come next on a connection. */
export interface ExpectedAck {
  readonly command: number
  readonly connection: number
  /** A 32-bit word that wraps around, kept signed: a small integer is what an engine is fastest with. */
  readonly sequence: number
}

/**
 * How many whole acks in a row from `from` are exactly as they must be: shape, connection, order from `sequence` on,
 * result ok. At most `most` are counted.
 */
export function countGoodAcks(
  view: DataView,
  from: number,
  end: number,
  most: number,
  command: number,
  connection: number,
  sequence: number
): number {
  const whole = Math.floor((end - from) / ACK_FRAME_BYTES)
  const limit = Math.min(whole, most)
  let at = from
  let next = sequence
  for (let count = 0; count < limit; count++) {
    if (
      view.getInt32(at + SEQUENCE_OFFSET) !== next ||
      view.getInt32(at + ID_OFFSET) !== connection ||
      view.getInt32(at) !== ACK_FRAME_BYTES ||
      view.getUint8(at + COMMAND_OFFSET) !== command ||
      view.getUint8(at + AFTER_ID_OFFSET) !== Result.ok
    ) {
      return count
    }
    next = (next + 1) | 0
    at += ACK_FRAME_BYTES
  }
  return limit
}

/** What is wrong with the ack at `at`, which is not a good one. */
export function faultOfAck(
  view: DataView,
  at: number,
  isAwaited: boolean,
  expected: ExpectedAck
): LoadErrorKind & ('malformed' | 'wrong_id' | 'refused') {
  const isAck = view.getInt32(at) === ACK_FRAME_BYTES && view.getUint8(at + COMMAND_OFFSET) === expected.command
  if (!isAck) return 'malformed'
  const isNext =
    view.getInt32(at + ID_OFFSET) === expected.connection && view.getInt32(at + SEQUENCE_OFFSET) === expected.sequence
  return isNext && isAwaited ? 'refused' : 'wrong_id'
}
