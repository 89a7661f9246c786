import type { Octets } from './octets.ts'
import { ACK_FRAME_BYTES, AFTER_ID_OFFSET, COMMAND_OFFSET, ECHO_FRAME_BYTES, ID_OFFSET } from './wire.ts'

/** Copies an id of eight bytes as two words. Not as a float64: that would change the bytes of a NaN. */
function copyId(target: Octets, targetFrame: number, source: Octets, sourceFrame: number): void {
  const from = source.view
  const to = target.view
  to.setUint32(targetFrame + ID_OFFSET, from.getUint32(sourceFrame + ID_OFFSET))
  to.setUint32(targetFrame + ID_OFFSET + 4, from.getUint32(sourceFrame + ID_OFFSET + 4))
}

/** Encodes a ConnAck or SubmitAck of ACK_FRAME_BYTES at `at`, for the request that begins at `requestStart`. */
export function encodeAck(
  target: Octets,
  at: number,
  command: number,
  request: Octets,
  requestStart: number,
  result: number
): void {
  target.view.setUint32(at, ACK_FRAME_BYTES)
  target.view.setUint8(at + COMMAND_OFFSET, command)
  copyId(target, at, request, requestStart)
  target.view.setUint8(at + AFTER_ID_OFFSET, result)
}

/** Encodes a Pong or CloseAck of ECHO_FRAME_BYTES at `at`, for the request that begins at `requestStart`. */
export function encodeEcho(target: Octets, at: number, command: number, request: Octets, requestStart: number): void {
  target.view.setUint32(at, ECHO_FRAME_BYTES)
  target.view.setUint8(at + COMMAND_OFFSET, command)
  copyId(target, at, request, requestStart)
}
