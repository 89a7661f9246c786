const NOTICES_PER_SECOND = 5

/**
 * Lets a few notices a second through and counts the rest, so that a flood of bad peers floods neither the channel to the
 * primary nor the log.
 */
export class LimitedNotices {
  readonly #clockMs: () => number
  #windowBeganMs = Number.NEGATIVE_INFINITY
  #passed = 0
  #suppressed = 0

  constructor(clockMs: () => number) {
    this.#clockMs = clockMs
  }

  /** Calls `notify` with the number of notices withheld since the last one, unless too many were let through already. */
  offer(notify: (suppressed: number) => void): void {
    const nowMs = this.#clockMs()
    if (nowMs - this.#windowBeganMs >= 1000) {
      this.#windowBeganMs = nowMs
      this.#passed = 0
    }
    if (this.#passed >= NOTICES_PER_SECOND) {
      this.#suppressed++
      return
    }
    this.#passed++
    const suppressed = this.#suppressed
    this.#suppressed = 0
    notify(suppressed)
  }
}
