import { Octets } from './octets.ts'
import { type FrameSink, type Framing, STREAM_OVER } from './protocol.ts'
import { ProtocolError } from './protocol-error.ts'

const SMALLEST_STORE_BYTES = 256
/** A store that one large frame has grown past this is given up with the frame, so that an idle connection holds little. */
const KEPT_STORE_BYTES = 4096

/** What is seen of an assembler from outside, so that one can stand before another. */
export type StreamAssembler = Pick<FrameAssembler, 'held' | 'wanted' | 'push' | 'end'>

/**
 * Cuts a stream that arrives in pieces of any size into frames. Every frame that lies whole in a piece is handed on in
 * place; only an unfinished tail is copied, into a store that grows with what has come, never with what a length promises.
 *
 *   piece      [ rest of the held frame | frame | frame | ... | tail ]
 *   store      tail of the piece before  <-- held bytes, of `needed` -->
 */
export class FrameAssembler {
  /** Bytes held of the frame that is not whole yet. */
  held = 0
  /** Whole length of the held frame, 0 while its header is not whole either. */
  needed = 0
  /** Bytes of the stream before the held frame. */
  #offset = 0
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
    if (this.held > headroom) {
      at = this.#gather(octets, start, end)
      if (this.held < this.needed || this.needed === 0) return true
      if (!this.#handOnHeld(sink)) return false
    } else if (this.held > 0) {
      at -= this.held
      this.#store?.bytes.copy(octets.bytes, at, 0, this.held)
      this.held = 0
      this.needed = 0
    }
    return at === end || this.#handOn(octets, at, end, sink)
  }

  /** The peer has ended its stream: throws when that cuts a frame. */
  end(): void {
    if (this.held > 0) throw new ProtocolError('frame_incomplete', this.held, this.#offset)
  }

  /** Hands on every whole frame and holds the tail. */
  #handOn(octets: Octets, start: number, end: number, sink: FrameSink): boolean {
    let rest: number
    try {
      rest = sink.onFrames(octets, start, end)
    } catch (error) {
      throw this.#inStream(error, start)
    }
    if (rest === STREAM_OVER) return false
    this.#offset += rest - start
    if (rest < end) this.#hold(octets, rest, end)
    return true
  }

  #handOnHeld(sink: FrameSink): boolean {
    const store = this.#store as Octets
    const { needed } = this
    // Before the frame is handed on: if it ends the stream, nothing is held of it any more.
    this.held = 0
    this.needed = 0
    if (!this.#handOn(store, 0, needed, sink)) return false
    if (store.size > KEPT_STORE_BYTES) this.#store = null
    return true
  }

  #hold(octets: Octets, start: number, end: number): void {
    const length = end - start
    this.#reserve(length)
    const store = this.#store as Octets
    octets.bytes.copy(store.bytes, 0, start, end)
    this.held = length
    if (length >= this.#framing.headerBytes) this.needed = this.#lengthOf(store)
    // A sink that leaves a whole frame untaken would be given it for ever.
    if (this.needed > 0 && this.needed <= length) throw new Error('a frame sink left a whole frame untaken')
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
      throw this.#inStream(error, 0)
    }
  }

  /** An error found in memory of which `start` stands for the stream's offset. */
  #inStream(error: unknown, start: number): unknown {
    return ProtocolError.is(error) ? error.shifted(this.#offset - start) : error
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
