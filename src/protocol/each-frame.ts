import type { Octets } from './octets.ts'
import { type FrameSink, type Framing, STREAM_OVER } from './protocol.ts'

/** One whole frame, `octets[start, end)`, valid only during the call. Returns false when the stream is over. */
export type OnFrame = (octets: Octets, start: number, end: number) => boolean

/** A sink that is given its frames one by one: the simple way, where speed does not matter most. */
export class EachFrame implements FrameSink {
  frames = 0
  readonly #framing: Framing
  readonly #onFrame: OnFrame

  constructor(framing: Framing, onFrame: OnFrame) {
    this.#framing = framing
    this.#onFrame = onFrame
  }

  onFrames(octets: Octets, start: number, end: number): number {
    let at = start
    while (end - at >= this.#framing.headerBytes) {
      const length = this.#framing.frameBytes(octets, at)
      if (length > end - at) break
      const isMoreWanted = this.#onFrame(octets, at, at + length)
      this.frames++
      at += length
      if (!isMoreWanted) return STREAM_OVER
    }
    return at
  }
}
