import { EachFrame, type OnFrame } from './each-frame.ts'
import { FrameAssembler } from './frame-assembler.ts'
import { Octets } from './octets.ts'
import type { Framing } from './protocol.ts'
import { ProtocolError } from './protocol-error.ts'
import {
  type AnswerCommands,
  COMMAND_OFFSET,
  LENGTH_FIELD_BYTES,
  MIN_FRAME_BYTES,
  MIN_REQUEST_BYTES,
  Request
} from './wire.ts'

/** Where a frame ends: a four-byte length that counts itself, within the rules. */
export class LengthPrefix implements Framing {
  readonly headerBytes = LENGTH_FIELD_BYTES
  readonly maxFrameBytes: number

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes
  }

  frameBytes(octets: Octets, start: number): number {
    // Read unsigned: 0x80000000 is too large, not negative.
    const length = octets.view.getUint32(start)
    if (length < MIN_FRAME_BYTES) throw new ProtocolError('frame_too_short', length, start)
    if (length > this.maxFrameBytes) throw new ProtocolError('frame_too_large', length, start)
    return length
  }
}

/** The length, believed: of a frame that was found whole before. */
export function wholeFrameBytes(octets: Octets, start: number): number {
  return octets.view.getUint32(start)
}

/** The command of the whole frame `octets[start, end)`. Refuses one that is no request, or too short for its fixed fields. */
export function readRequest(octets: Octets, start: number, end: number, answers: AnswerCommands): number {
  const command = octets.view.getUint8(start + COMMAND_OFFSET)
  if (command < Request.Conn || command > Request.Close) throw notARequest(command, start, answers)
  if (end - start < MIN_REQUEST_BYTES) throw new ProtocolError('packet_truncated', end - start, start)
  return command
}

function notARequest(command: number, start: number, answers: AnswerCommands): ProtocolError {
  const isAnswer = command >= answers.ConnAck && command <= answers.CloseAck
  return new ProtocolError(isAnswer ? 'unexpected_command' : 'unknown_command', command, start)
}

/** Decodes a stream for whoever has no read buffer of its own to decode in place: clients, tools, tests. */
export class FrameDecoder {
  readonly #assembler: FrameAssembler
  readonly #sink: EachFrame

  constructor(maxFrameBytes: number, onFrame: OnFrame) {
    const framing = new LengthPrefix(maxFrameBytes)
    this.#assembler = new FrameAssembler(framing)
    this.#sink = new EachFrame(framing, onFrame)
  }

  /** Whole frames seen so far. */
  get frames(): number {
    return this.#sink.frames
  }

  /** Takes the next piece of the stream. Returns false once `onFrame` has ended it. Throws ProtocolError. */
  decode(piece: Buffer): boolean {
    return this.#assembler.push(new Octets(piece), 0, piece.byteLength, 0, this.#sink)
  }

  /** The stream has ended. Throws ProtocolError when that cuts a frame. */
  end(): void {
    this.#assembler.end()
  }
}
