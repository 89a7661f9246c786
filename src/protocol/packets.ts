import type { Octets } from './octets.ts'
import { ProtocolError } from './protocol-error.ts'
import {
  ACK_FRAME_BYTES,
  AFTER_ID_OFFSET,
  answerCommands,
  COMMAND_OFFSET,
  ECHO_FRAME_BYTES,
  ID_BYTES,
  ID_OFFSET,
  Request,
  type WireDialect
} from './wire.ts'

/**
 * The packets as plain values, for clients, tools and tests. The server's hot path encodes and decodes in place and
 * makes none of these.
 */
export type Packet =
  | { readonly type: 'Conn' | 'Submit'; readonly id: Buffer; readonly payload: Buffer }
  | { readonly type: 'ConnAck' | 'SubmitAck'; readonly id: Buffer; readonly result: number }
  | { readonly type: 'Ping' | 'Pong' | 'Close' | 'CloseAck'; readonly id: Buffer }

export type PacketType = Packet['type']

function commandOf(type: PacketType, dialect: WireDialect): number {
  return { ...Request, ...answerCommands[dialect] }[type]
}

/** A new buffer with the whole frame of `packet`. Throws RangeError when the id is not eight bytes. */
export function encodePacket(packet: Packet, dialect: WireDialect = 'compiled'): Buffer {
  if (packet.id.byteLength !== ID_BYTES) throw new RangeError(`an id is ${ID_BYTES} bytes, not ${packet.id.byteLength}`)
  const rest = 'payload' in packet ? packet.payload : Buffer.from('result' in packet ? [packet.result] : [])
  const frame = Buffer.alloc(AFTER_ID_OFFSET + rest.byteLength)
  frame.writeUInt32BE(frame.byteLength)
  frame.writeUInt8(commandOf(packet.type, dialect), COMMAND_OFFSET)
  packet.id.copy(frame, ID_OFFSET)
  rest.copy(frame, AFTER_ID_OFFSET)
  return frame
}

/** A packet of its own memory from the whole frame `octets[start, end)`. Throws ProtocolError. */
export function decodePacket(octets: Octets, start: number, end: number, dialect: WireDialect = 'compiled'): Packet {
  const command = octets.view.getUint8(start + COMMAND_OFFSET)
  const type = (['Conn', 'Submit', 'Ping', 'Close', 'ConnAck', 'SubmitAck', 'Pong', 'CloseAck'] as const).find(
    candidate => commandOf(candidate, dialect) === command
  )
  if (type === undefined) throw new ProtocolError('unknown_command', command, start)
  const fixedBytes = type === 'ConnAck' || type === 'SubmitAck' ? ACK_FRAME_BYTES : ECHO_FRAME_BYTES
  if (end - start < fixedBytes) throw new ProtocolError('packet_truncated', end - start, start)
  const id = Buffer.from(octets.bytes.subarray(start + ID_OFFSET, start + AFTER_ID_OFFSET))
  if (type === 'Conn' || type === 'Submit') {
    return { type, id, payload: Buffer.from(octets.bytes.subarray(start + AFTER_ID_OFFSET, end)) }
  }
  if (type === 'ConnAck' || type === 'SubmitAck')
    return { type, id, result: octets.view.getUint8(start + AFTER_ID_OFFSET) }
  return { type, id }
}
