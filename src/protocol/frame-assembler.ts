import { Octets } from './octets.ts'
import type { FrameSink, Framing } from './protocol.ts'
import { ProtocolError } from './protocol-error.ts'

const SMALLEST_STORE_BYTES = 256
/** A store that one large frame has grown past this is given up with the frame, so that an idle connection holds little. */
const KEPT_STORE_BYTES = 4096

/**
 * Cuts a stream that arrives in pieces of any size into frames. Every frame that lies whole in a piece is handed on in
 * place; only an unfinished tail is copied, into a store that grows with what has come, never with what a length promises.
 *
 *   piece      [ rest of the held frame | frame | frame | ... | tail ]
 *   store      tail of the piece before  <-- held bytes, of `needed` -->
 */
export class FrameAssembler {
  /** Whole frames handed on so far. */
  frames = 0
  /** Bytes held of the frame that is not whole yet. */
  held = 0
  /** Whole length of the held frame, 0 while its header is not whole either. */
  needed = 0
  /** Bytes of the stream that were handed on as whole frames. */
  #consumed = 0
  #store: Octets | null = null
  readonly #framing: Framing

  constructor(framing: Framing) {
    this.#framing = framing
  }

  /** Bytes that make the next step possible: the rest of the header, or the rest of the frame. */
  get wanted(): number {
    return (this.needed === 0 ? this.#framing.headerBytes : this.needed) - this.held
  }

  /**
   * Takes the piece `octets[start, end)`. `headroom` bytes before `start` may be overwritten: a short held tail is laid
   * there, so that the frame it begins needs no second copy. Returns false once the sink has ended the stream.
   * Throws ProtocolError, with the offset in the stream, after every whole frame before it was handed on.
   */
  push(octets: Octets, start: number, end: number, headroom: number, sink: FrameSink): boolean {
    let at = start
    if (this.held > 0) {
      if (this.held <= headroom) {
        at = start - this.held
        this.#store?.bytes.copy(octets.bytes, at, 0, this.held)
        this.held = 0
      } else {
        at = this.#gather(octets, start, end)
        if (this.held > 0 && this.held === this.needed) {
          const store = this.#store as Octets
          this.held = 0
          if (this.#handOn(store, 0, this.needed, sink) < 0) return false
          if (store.size > KEPT_STORE_BYTES) this.#store = null
        }
      }
      if (at === end) return true
    }
    at = this.#handOn(octets, at, end, sink)
    if (at < 0) return false
    if (at < end) this.#hold(octets, at, end)
    return true
  }

  /** The peer has ended its stream: throws when that cuts a frame. */
  end(): void {
    if (this.held > 0) throw new ProtocolError('frame_incomplete', this.held, this.#consumed)
  }

  /** Hands on every whole frame; returns where the unfinished one begins, or -1 when the sink has ended the stream. */
  #handOn(octets: Octets, start: number, end: number, sink: FrameSink): number {
    const framing = this.#framing
    const headerBytes = framing.headerBytes
    let at = start
    let frames = 0
    this.needed = 0
    try {
      while (end - at >= headerBytes) {
        const length = framing.frameBytes(octets, at)
        if (length > end - at) {
          this.needed = length
          break
        }
        frames++
        const frameStart = at
        at += length
        if (!sink.onFrame(octets, frameStart, at)) return -1
      }
    } catch (error) {
      // The frame at fault was counted by nobody yet as refused, so it stays out of the whole ones.
      if (ProtocolError.is(error)) {
        if (at > error.offset) frames--
        throw error.shifted(this.#consumed - start)
      }
      throw error
    } finally {
      this.frames += frames
      this.#consumed += at - start
    }
    return at
  }

  #hold(octets: Octets, start: number, end: number): void {
    const length = end - start
    this.#reserve(length)
    octets.bytes.copy((this.#store as Octets).bytes, 0, start, end)
    this.held = length
  }

  /** Moves as much of the piece as the held frame lacks into the store; returns where the rest begins. */
  #gather(octets: Octets, start: number, end: number): number {
    let at = start
    // At most two rounds: the rest of the header, then the rest of the frame whose length it tells.
    while (at < end && this.held !== this.needed) {
      const taken = Math.min(this.wanted, end - at)
      this.#reserve(this.held + taken)
      const store = this.#store as Octets
      octets.bytes.copy(store.bytes, this.held, at, at + taken)
      this.held += taken
      at += taken
      if (this.needed === 0 && this.held === this.#framing.headerBytes) this.needed = this.#lengthOf(store)
    }
    return at
  }

  #lengthOf(store: Octets): number {
    try {
      return this.#framing.frameBytes(store, 0)
    } catch (error) {
      throw ProtocolError.is(error) ? error.shifted(this.#consumed) : error
    }
  }

  /** Doubling makes the cost of gathering a frame linear in its length, whatever the size of its pieces. */
  #reserve(size: number): void {
    const old = this.#store
    if (old !== null && old.size >= size) return
    const grown = Octets.allocate(Math.max(size, 2 * (old?.size ?? 0), SMALLEST_STORE_BYTES))
    if (old !== null) old.bytes.copy(grown.bytes, 0, 0, this.held)
    this.#store = grown
  }
}
