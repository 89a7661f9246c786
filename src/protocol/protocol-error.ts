/** Why a stream is refused, as counted, logged and reported. A closed list: every reason is here, and each has a rule. */
export const streamRules = {
  frame_too_short: 'totalLength counts itself and a command, so it is at least 5',
  frame_too_large: 'totalLength is at most maxFrameBytes',
  unknown_command: 'the command is one of the protocol',
  unexpected_command: 'a server is sent requests, never answers',
  packet_truncated: 'a body holds at least the fixed fields of its command',
  frame_incomplete: 'a peer ends its stream between frames, not inside one'
} as const

export type StreamReason = keyof typeof streamRules

const brand = Symbol.for('framelab.ProtocolError')

/** A stream broke a rule: which one, at which offset of the stream, with which value. */
export class ProtocolError extends Error {
  readonly [brand] = true
  readonly code = 'FRAMELAB_PROTOCOL_ERROR'
  readonly reason: StreamReason
  /** The offending number: a length, a command, or the bytes that came of an unfinished frame. */
  readonly value: number
  /** Where the frame that broke the rule begins: bytes of the stream (to a decoder: of its memory) before it. */
  readonly offset: number

  constructor(reason: StreamReason, value: number, offset: number) {
    super(`${reason}: ${streamRules[reason]}; got ${value} (0x${value.toString(16)}) in the frame at offset ${offset}`)
    this.name = 'ProtocolError'
    this.reason = reason
    this.value = value
    this.offset = offset
  }

  /** The same error, told in offsets of a stream of which `bytes` lie before the memory it was found in. */
  shifted(bytes: number): ProtocolError {
    return new ProtocolError(this.reason, this.value, this.offset + bytes)
  }

  /** Holds across two copies of the package, where instanceof would not. */
  static is(error: unknown): error is ProtocolError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
