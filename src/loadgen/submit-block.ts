import type { Socket } from 'node:net'
import type { Bounds } from '../contract/load-bounds.ts'
import { Octets } from '../protocol/octets.ts'
import { AFTER_ID_OFFSET, COMMAND_OFFSET, ID_OFFSET, Request } from '../protocol/wire.ts'
import { seededRandom } from '../telemetry/seeded-random.ts'
import { SEQUENCE_OFFSET } from './ack-check.ts'

const BLOCK_BYTES = 64 * 1024
const PAYLOAD_TEXT = 'framelab-'

/**
 * Submit frames ready to send, of which only the ids are written anew, and the lengths where they differ. One block
 * serves all connections of a process in turn: it is used again at once when the kernel has taken all of it. When it has
 * not, the socket still reads from the block, so the block is left to the socket and replaced.
 */
export class SubmitBlock {
  /** How many frames one write can carry, and the most bytes of them. */
  readonly capacity: number
  readonly bytes: number
  readonly #leastFrameBytes: number
  readonly #mostFrameBytes: number
  readonly #random: () => number
  #octets: Octets
  /** The view written last: most batches are as long as the one before. */
  #view: Buffer

  constructor(payloadBytes: number | Bounds, seed = 0) {
    const { min, max } = typeof payloadBytes === 'number' ? { min: payloadBytes, max: payloadBytes } : payloadBytes
    this.#leastFrameBytes = AFTER_ID_OFFSET + min
    this.#mostFrameBytes = AFTER_ID_OFFSET + max
    this.#random = seededRandom(seed)
    this.capacity = Math.max(1, Math.floor(BLOCK_BYTES / this.#mostFrameBytes))
    this.bytes = this.capacity * this.#mostFrameBytes
    this.#octets = Octets.allocate(this.bytes)
    this.#view = this.#octets.bytes
    for (let at = 0; at < this.bytes; at += this.#mostFrameBytes) {
      this.#head(at, this.#mostFrameBytes)
      this.#octets.bytes.fill(PAYLOAD_TEXT, at + AFTER_ID_OFFSET, at + this.#mostFrameBytes)
    }
  }

  /** Sends `count` Submits, at most `capacity`, with ids of this connection from `sequence` on, in one write. */
  write(socket: Socket, connection: number, sequence: number, count: number): void {
    const isRange = this.#leastFrameBytes < this.#mostFrameBytes
    const length = isRange ? this.#vary(connection, sequence, count) : this.#stamp(connection, sequence, count)
    if (socket.writableLength > 0) {
      // A socket that is behind already: its few frames should not keep a whole block alive.
      socket.write(Buffer.from(this.#octets.bytes.subarray(0, length)))
      return
    }
    if (this.#view.byteLength !== length) this.#view = this.#octets.bytes.subarray(0, length)
    socket.write(this.#view)
    if (socket.writableLength > 0) this.#replace()
  }

  #stamp(connection: number, sequence: number, count: number): number {
    const { view } = this.#octets
    // In locals and as whole numbers, for a reason that countGoodAcks tells.
    const idOffset = ID_OFFSET | 0
    const sequenceOffset = SEQUENCE_OFFSET | 0
    const frameBytes = this.#mostFrameBytes | 0
    const end = (count * frameBytes) | 0
    let next = sequence | 0
    for (let at = 0; at < end; at = (at + frameBytes) | 0) {
      view.setInt32((at + idOffset) | 0, connection)
      view.setInt32((at + sequenceOffset) | 0, next)
      next = (next + 1) | 0
    }
    return end
  }

  /** The same with frames of lengths between the bounds. Payloads are what lies there: text, and heads of before. */
  #vary(connection: number, sequence: number, count: number): number {
    const { view } = this.#octets
    const lengths = this.#mostFrameBytes - this.#leastFrameBytes + 1
    let at = 0
    for (let index = 0; index < count; index++) {
      const frameBytes = this.#leastFrameBytes + Math.floor(this.#random() * lengths)
      this.#head(at, frameBytes)
      view.setInt32(at + ID_OFFSET, connection)
      view.setInt32(at + SEQUENCE_OFFSET, (sequence + index) | 0)
      at += frameBytes
    }
    return at
  }

  #head(at: number, frameBytes: number): void {
    this.#octets.view.setUint32(at, frameBytes)
    this.#octets.view.setUint8(at + COMMAND_OFFSET, Request.Submit)
  }

  #replace(): void {
    const fresh = Octets.allocate(this.bytes)
    this.#octets.bytes.copy(fresh.bytes)
    this.#octets = fresh
    this.#view = fresh.bytes
  }
}
