const FIRST_CAPACITY = 16

/** When the Submits that wait to be sent were due, oldest first: a ring whose capacity is a power of two. */
export class DueQueue {
  #timesMs = new Float64Array(FIRST_CAPACITY)
  #head = 0
  length = 0

  push(dueMs: number): void {
    if (this.length === this.#timesMs.length) this.#grow()
    this.#timesMs[(this.#head + this.length) & (this.#timesMs.length - 1)] = dueMs
    this.length++
  }

  /** Takes off the oldest, which must be there. */
  shift(): number {
    const dueMs = this.#timesMs[this.#head] as number
    this.#head = (this.#head + 1) & (this.#timesMs.length - 1)
    this.length--
    return dueMs
  }

  #grow(): void {
    const old = this.#timesMs.length
    const timesMs = new Float64Array(old * 2)
    for (let index = 0; index < old; index++) timesMs[index] = this.#timesMs[(this.#head + index) & (old - 1)] as number
    this.#timesMs = timesMs
    this.#head = 0
  }
}
