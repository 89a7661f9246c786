import { Octets } from '../protocol/octets.ts'

/**
 * Room before the read area where the short tail of the piece before is laid, so that the frame it begins is decoded in
 * place like all others.
 */
export const HEADROOM_BYTES = 4096
const CACHED_VIEW_BYTES = 1024

/**
 * The memory that all connections of a worker read into. One buffer serves them all, because a read and the work on what
 * it brought are one uninterrupted step of the event loop.
 *
 *   | headroom | read area ...            |
 *        tail--^   bytes of this read
 */
export class ReadBuffer {
  readonly octets: Octets
  readonly area: Buffer
  readonly #views: Buffer[] = []

  constructor(readBufferBytes: number) {
    this.octets = Octets.allocate(HEADROOM_BYTES + readBufferBytes)
    this.area = this.octets.bytes.subarray(HEADROOM_BYTES)
  }

  /** The beginning of the read area, so long that one read brings at most `length` bytes. */
  first(length: number): Buffer {
    if (length >= this.area.byteLength) return this.area
    if (length > CACHED_VIEW_BYTES) return this.area.subarray(0, length)
    this.#views[length] ??= this.area.subarray(0, length)
    return this.#views[length] as Buffer
  }
}
