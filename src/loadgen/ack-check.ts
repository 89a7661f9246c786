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
 * result ok. At most `most` are counted. An ack takes some two nanoseconds: V8 looks up a module's constants in each round
 * unless they are in a local, and keeps a number in a register where `| 0` says that it is a whole one.
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
  const ackBytes = ACK_FRAME_BYTES | 0
  const sequenceOffset = SEQUENCE_OFFSET | 0
  const idOffset = ID_OFFSET | 0
  const commandOffset = COMMAND_OFFSET | 0
  const resultOffset = AFTER_ID_OFFSET | 0
  const ok = Result.ok | 0
  const limit = Math.min(Math.floor((end - from) / ackBytes), most) | 0
  let at = from | 0
  let next = sequence | 0
  for (let count = 0; count < limit; count++) {
    if (
      view.getInt32((at + sequenceOffset) | 0) !== next ||
      view.getInt32((at + idOffset) | 0) !== connection ||
      view.getInt32(at) !== ackBytes ||
      view.getUint8((at + commandOffset) | 0) !== command ||
      view.getUint8((at + resultOffset) | 0) !== ok
    ) {
      return count
    }
    next = (next + 1) | 0
    at = (at + ackBytes) | 0
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
