type Value = number | string

/** However many connections and readers there are: 16 bytes for each of these. */
const MOST_VALUES = 1_000_000
/** Of those that have one page so far, as most of them ever will. */
const MOST_LISTINGS = 64
/** Since its last page. Whoever reads a page takes a while. */
const KEPT_MS = 60_000

/** What connections were sorted by when the first page of a listing was made, in the order of their sequences. */
export class HeldListing {
  readonly #sequences: number[] = []
  readonly #values: Value[] = []

  get size(): number {
    return this.#sequences.length
  }

  add(sequence: number, value: Value): void {
    this.#sequences.push(sequence)
    this.#values.push(value)
  }

  /** Looks up one sequence after the other, each higher than the one before; undefined where it was not there. */
  walk(): (sequence: number) => Value | undefined {
    const sequences = this.#sequences
    let at = 0
    return sequence => {
      while (at < sequences.length && (sequences[at] as number) < sequence) at++
      return sequences[at] === sequence ? this.#values[at] : undefined
    }
  }
}

interface Kept {
  readonly listing: HeldListing
  readonly isContinued: boolean
  readonly usedMs: number
}

/**
 * The listings by figures that move, of which somebody may ask for another page: a page that goes by what the figures are
 * now would repeat connections, leave some out, and perhaps never come to an end. Bounded in number, in memory and in time;
 * what somebody only looks at again and again goes before what somebody pages through.
 */
export class HeldListings {
  /** The one used last comes last. */
  readonly #kept = new Map<number, Kept>()
  readonly #mostValues: number

  constructor(mostValues = MOST_VALUES) {
    this.#mostValues = mostValues
  }

  /** A new one, to be filled. */
  begin(id: number, nowMs: number): HeldListing {
    while (this.#kept.size >= MOST_LISTINGS || this.#values > this.#mostValues) this.#dropOne()
    const listing = new HeldListing()
    this.#kept.set(id, { listing, isContinued: false, usedMs: nowMs })
    return listing
  }

  find(id: number, nowMs: number): HeldListing | null {
    const listing = this.#kept.get(id)?.listing ?? null
    if (listing === null) return null
    this.#kept.delete(id)
    this.#kept.set(id, { listing, isContinued: true, usedMs: nowMs })
    return listing
  }

  forgetOld(nowMs: number): void {
    for (const [id, { usedMs }] of this.#kept) {
      if (nowMs - usedMs < KEPT_MS) return
      this.#kept.delete(id)
    }
  }

  get #values(): number {
    let sum = 0
    for (const { listing } of this.#kept.values()) sum += listing.size
    return sum
  }

  #dropOne(): void {
    const ids = [...this.#kept]
    const [oldest] = ids.find(([, { isContinued }]) => !isContinued) ?? ids[0] ?? []
    this.#kept.delete(oldest as number)
  }
}
