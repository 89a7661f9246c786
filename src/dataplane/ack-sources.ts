import { encodeAck } from '../protocol/frame-encoder.ts'
import type { Octets } from '../protocol/octets.ts'
import type { AnswerWriter } from '../protocol/protocol.ts'
import { ACK_FRAME_BYTES, AFTER_ID_OFFSET, ID_OFFSET } from '../protocol/wire.ts'

/** How an ack comes to be: the whole of the switch `ackPool`. */
export interface AckSource {
  /** Answers the request whose frame begins at `start`. */
  ack(out: AnswerWriter, command: number, octets: Octets, start: number, result: number): void
}

/** Acks are encoded straight into the writer's space, which is used again and again. */
export const pooledAcks: AckSource = {
  ack(out, command, octets, start, result) {
    const at = out.claim(ACK_FRAME_BYTES)
    encodeAck(out.space, at, command, octets, start, result)
    out.commit(ACK_FRAME_BYTES)
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
    frame.writeUInt32BE(ACK_FRAME_BYTES, 0)
    frame[ID_OFFSET - 1] = this.command
    this.id.copy(frame, ID_OFFSET)
    frame[AFTER_ID_OFFSET] = this.result
    return frame
  }
}

/** A new SubmitAck and a new buffer for each ack. */
export const freshAcks: AckSource = {
  ack(out, command, octets, start, result) {
    const id = octets.bytes.subarray(start + ID_OFFSET, start + AFTER_ID_OFFSET)
    out.send(new SubmitAck(command, id, result).encode())
  }
}
