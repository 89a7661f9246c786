import { ACK_FRAME_BYTES, AFTER_ID_OFFSET, COMMAND_OFFSET, ECHO_FRAME_BYTES, ID_OFFSET } from './wire.ts'

// A module's own constants are folded into the compiled code; an imported one is read from its module for every frame.
const ackFrameBytes = ACK_FRAME_BYTES
const echoFrameBytes = ECHO_FRAME_BYTES
const commandOffset = COMMAND_OFFSET
const idOffset = ID_OFFSET
const idSecondWordOffset = ID_OFFSET + 4
const resultOffset = AFTER_ID_OFFSET

/**
 * Encodes a ConnAck or SubmitAck of ACK_FRAME_BYTES at `at`, for the request whose frame begins at `start` of `request`.
 * The id is copied as two words, not as a float64, which would change the bytes of a NaN.
 */
export function encodeAck(
  target: DataView,
  at: number,
  command: number,
  request: DataView,
  start: number,
  result: number
): void {
  target.setUint32(at, ackFrameBytes)
  target.setUint8(at + commandOffset, command)
  target.setUint32(at + idOffset, request.getUint32(start + idOffset))
  target.setUint32(at + idSecondWordOffset, request.getUint32(start + idSecondWordOffset))
  target.setUint8(at + resultOffset, result)
}

/** The frame of an ack whose every byte but the id is known beforehand. */
export function ackTemplate(command: number, result: number): Buffer {
  const frame = Buffer.alloc(ackFrameBytes)
  frame.writeUInt32BE(ackFrameBytes)
  frame[commandOffset] = command
  frame[resultOffset] = result
  return frame
}

/**
 * Turns the ack template that lies at `at` into the ack of the request whose frame begins at `start` of `request`. The id is
 * copied as one float64, whichever it is, unless it is a NaN: of that alone the language does not promise to keep the bytes.
 */
export function encodeAckId(target: DataView, at: number, request: DataView, start: number): void {
  const from = (start + idOffset) | 0
  const to = (at + idOffset) | 0
  const id = request.getFloat64(from, true)
  if (!Number.isNaN(id)) {
    target.setFloat64(to, id, true)
  } else {
    target.setUint32(to, request.getUint32(from))
    target.setUint32(to + 4, request.getUint32(from + 4))
  }
}

/** Encodes a Pong or CloseAck of ECHO_FRAME_BYTES at `at`, for the request whose frame begins at `start` of `request`. */
export function encodeEcho(target: DataView, at: number, command: number, request: DataView, start: number): void {
  target.setUint32(at, echoFrameBytes)
  target.setUint8(at + commandOffset, command)
  target.setUint32(at + idOffset, request.getUint32(start + idOffset))
  target.setUint32(at + idSecondWordOffset, request.getUint32(start + idSecondWordOffset))
}
