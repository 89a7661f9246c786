const FIRST_CAPACITY = 16

/** Who is told of Submits that were answered. */
export interface Settlement {
  /** These were sent, or due, at `sinceMs`. */
  settled(sinceMs: number, nowMs: number, count: number): void
}

/**
 * When the outstanding Submits of a connection were sent. Those of a batch share a time, so what is kept is runs of
 * equal times, oldest first, in a ring whose capacity is a power of two.
 */
export class SendTimes {
  #timesMs = new Float64Array(FIRST_CAPACITY)
  #counts = new Uint32Array(FIRST_CAPACITY)
  #head = 0
  #runs = 0

  push(timeMs: number, count: number): void {
    if (this.#runs === this.#counts.length) this.#grow()
    const index = (this.#head + this.#runs) & (this.#counts.length - 1)
    this.#timesMs[index] = timeMs
    this.#counts[index] = count
    this.#runs++
  }

  /**
   * Takes off the oldest `count`, which must be there, and tells since when each was under way, if anyone wants it.
   */
  settle(count: number, nowMs: number, settlement: Settlement | null): void {
    const counts = this.#counts
    let left = count
    while (left > 0) {
      const head = this.#head
      const run = counts[head] as number
      const taken = Math.min(run, left)
      if (settlement !== null) settlement.settled(this.#timesMs[head] as number, nowMs, taken)
      left -= taken
      counts[head] = run - taken
      if (taken === run) {
        this.#head = (head + 1) & (counts.length - 1)
        this.#runs--
      }
    }
  }

  #grow(): void {
    const old = this.#counts.length
    const timesMs = new Float64Array(old * 2)
    const counts = new Uint32Array(old * 2)
    for (let run = 0; run < old; run++) {
      const index = (this.#head + run) & (old - 1)
      timesMs[run] = this.#timesMs[index] as number
      counts[run] = this.#counts[index] as number
    }
    this.#timesMs = timesMs
    this.#counts = counts
    this.#head = 0
  }
}
