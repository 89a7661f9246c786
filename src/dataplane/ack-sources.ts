import { encodeAck } from '../protocol/frame-encoder.ts'
import type { AnswerWriter } from '../protocol/protocol.ts'
import { ACK_FRAME_BYTES, ID_BYTES, ID_OFFSET } from '../protocol/wire.ts'

// Folded into the compiled code, as an imported constant would not be.
const ackFrameBytes = ACK_FRAME_BYTES

/** How an ack comes to be: the whole of the switch `ackPool`. */
export interface AckSource {
  /** Acks may be encoded where they are sent from, a run of them at once. */
  readonly inPlace: boolean
  /** Answers the request whose frame begins at `start` of `request`. */
  ack(out: AnswerWriter, command: number, request: DataView, start: number, result: number): void
}

/** Acks are encoded straight into the writer's space, which is used again and again. */
export const pooledAcks: AckSource = {
  inPlace: true,
  ack(out, command, request, start, result) {
    // Claimed first: making room may replace the space.
    const at = out.claim(ackFrameBytes)
    encodeAck(out.space.view, at, command, request, start, result)
    out.commit(ackFrameBytes)
  }
}

class SubmitAck {
  readonly command: number
  readonly id: Buffer
  readonly result: number

  constructor(command: number, id: Buffer, result: number) {
    this.command = command
    this.id = id
    this.result = result
  }

  encode(): Buffer {
    const frame = Buffer.allocUnsafe(ACK_FRAME_BYTES)
    frame.writeUInt32BE(ACK_FRAME_BYTES)
    frame[ID_OFFSET - 1] = this.command
    frame.set(this.id, ID_OFFSET)
    frame[ID_OFFSET + ID_BYTES] = this.result
    return frame
  }
}

/** A new SubmitAck and a new buffer for each ack. */
export const freshAcks: AckSource = {
  inPlace: false,
  ack(out, command, request, start, result) {
    const id = Buffer.from(request.buffer, request.byteOffset + start + ID_OFFSET, ID_BYTES)
    out.send(new SubmitAck(command, id, result).encode())
  }
}
