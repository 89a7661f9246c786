import type { Socket } from 'node:net'
import { Octets } from '../protocol/octets.ts'
import { AFTER_ID_OFFSET, COMMAND_OFFSET, ID_OFFSET, Request } from '../protocol/wire.ts'
import { SEQUENCE_OFFSET } from './ack-check.ts'

const BLOCK_BYTES = 64 * 1024
const PAYLOAD_TEXT = 'framelab-'

/**
 * Submit frames ready to send, of which only the ids are written anew. One block serves all connections of a process in
 * turn: it is used again at once when the kernel has taken all of it. When it has not, the socket still reads from the
 * block, so the block is left to the socket and replaced.
 */
export class SubmitBlock {
  readonly frameBytes: number
  /** How many frames one write can carry, and their size. */
  readonly capacity: number
  readonly bytes: number
  #octets: Octets
  /** The view written last: most batches are as long as the one before. */
  #view: Buffer

  constructor(payloadBytes: number) {
    this.frameBytes = AFTER_ID_OFFSET + payloadBytes
    this.capacity = Math.max(1, Math.floor(BLOCK_BYTES / this.frameBytes))
    this.bytes = this.capacity * this.frameBytes
    this.#octets = Octets.allocate(this.bytes)
    this.#view = this.#octets.bytes
    const { bytes, view } = this.#octets
    for (let at = 0; at < this.bytes; at += this.frameBytes) {
      view.setUint32(at, this.frameBytes)
      view.setUint8(at + COMMAND_OFFSET, Request.Submit)
      bytes.fill(PAYLOAD_TEXT, at + AFTER_ID_OFFSET, at + this.frameBytes)
    }
  }

  /** Sends `count` Submits, at most `capacity`, with ids of this connection from `sequence` on, in one write. */
  write(socket: Socket, connection: number, sequence: number, count: number): void {
    this.#stamp(connection, sequence, count)
    const length = count * this.frameBytes
    if (socket.writableLength > 0) {
      // A socket that is behind already: its few frames should not keep a whole block alive.
      socket.write(Buffer.from(this.#octets.bytes.subarray(0, length)))
      return
    }
    if (this.#view.byteLength !== length) this.#view = this.#octets.bytes.subarray(0, length)
    socket.write(this.#view)
    if (socket.writableLength > 0) this.#replace()
  }

  #stamp(connection: number, sequence: number, count: number): void {
    const { view } = this.#octets
    const { frameBytes } = this
    const end = count * frameBytes
    let next = sequence
    for (let at = 0; at < end; at += frameBytes) {
      view.setInt32(at + ID_OFFSET, connection)
      view.setInt32(at + SEQUENCE_OFFSET, next)
      next = (next + 1) | 0
    }
  }

  #replace(): void {
    const fresh = Octets.allocate(this.bytes)
    this.#octets.bytes.copy(fresh.bytes)
    this.#octets = fresh
    this.#view = fresh.bytes
  }
}
