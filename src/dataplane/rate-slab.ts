/** Samples of a connection: one for each of the last ten seconds and now, and one for every fifth second before. */
export const FINE_COLUMNS = 11
export const COARSE_STEP_TICKS = 5
export const COARSE_COLUMNS = 13
const COLUMNS = FINE_COLUMNS + COARSE_COLUMNS
const SLOTS_PER_CHUNK = 1024

/** Frame totals are kept modulo 2^32: a difference of two is exact, for no window sees so many frames of a connection. */
interface Chunk {
  readonly frames: Uint32Array
  readonly bytes: Float64Array
}

/** What a sample holds. */
export interface Sampled {
  readonly framesReceived: number
  readonly framesSent: number
  readonly bytesReceived: number
  readonly bytesSent: number
}

/**
 * Memory for the samples of all connections of a worker: 576 bytes for each that has a slot, in chunks, so that growing
 * never copies. One column of a chunk holds the samples that all its connections had at one time.
 */
export class RateSlab {
  readonly #chunks: Chunk[] = []
  readonly #free: number[] = []

  /** A slot whose samples are all zero. */
  take(): number {
    const slot = this.#free.pop()
    if (slot !== undefined) return slot
    const first = this.#chunks.length * SLOTS_PER_CHUNK
    const samples = COLUMNS * SLOTS_PER_CHUNK * 2
    this.#chunks.push({ frames: new Uint32Array(samples), bytes: new Float64Array(samples) })
    for (let free = first + SLOTS_PER_CHUNK - 1; free > first; free--) this.#free.push(free)
    return first
  }

  release(slot: number): void {
    const { frames, bytes } = this.#chunkOf(slot)
    for (let column = 0; column < COLUMNS; column++) {
      const at = placeOf(slot, column)
      frames.fill(0, at, at + 2)
      bytes.fill(0, at, at + 2)
    }
    this.#free.push(slot)
  }

  write(slot: number, column: number, sample: Sampled): void {
    const { frames, bytes } = this.#chunkOf(slot)
    const at = placeOf(slot, column)
    frames[at] = sample.framesReceived
    frames[at + 1] = sample.framesSent
    bytes[at] = sample.bytesReceived
    bytes[at + 1] = sample.bytesSent
  }

  /** Nothing has come or gone since that sample. */
  isAt(slot: number, column: number, { bytesReceived, bytesSent }: Sampled): boolean {
    const { bytes } = this.#chunkOf(slot)
    const at = placeOf(slot, column)
    return bytes[at] === bytesReceived && bytes[at + 1] === bytesSent
  }

  /** What was added to a field between two columns. */
  difference(slot: number, from: number, to: number, field: keyof Sampled): number {
    const { frames, bytes } = this.#chunkOf(slot)
    const part = field === 'framesReceived' || field === 'bytesReceived' ? 0 : 1
    const before = placeOf(slot, from) + part
    const after = placeOf(slot, to) + part
    if (field === 'framesReceived' || field === 'framesSent') {
      return ((frames[after] as number) - (frames[before] as number)) >>> 0
    }
    return (bytes[after] as number) - (bytes[before] as number)
  }

  #chunkOf(slot: number): Chunk {
    return this.#chunks[Math.floor(slot / SLOTS_PER_CHUNK)] as Chunk
  }
}

const placeOf = (slot: number, column: number): number => (column * SLOTS_PER_CHUNK + (slot % SLOTS_PER_CHUNK)) * 2
