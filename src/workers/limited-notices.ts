const NOTICES_PER_WINDOW = 5
const WINDOW_MS = 1000

/**
 * Lets a few notices a second through and counts the rest, so that a flood of bad peers floods neither the channel to the
 * primary nor the log.
 */
export class LimitedNotices {
  readonly #clockMs: () => number
  readonly #tellSuppressed: (count: number) => void
  #windowBeganMs = Number.NEGATIVE_INFINITY
  #passed = 0
  #suppressed = 0
  #waiting = false

  /** `tellSuppressed` is called once no notice came after those withheld that could have told of them. */
  constructor(clockMs: () => number, tellSuppressed: (count: number) => void) {
    this.#clockMs = clockMs
    this.#tellSuppressed = tellSuppressed
  }

  /** Calls `notify` with the number of notices withheld since the last one, unless too many were let through already. */
  offer(notify: (suppressed: number) => void): void {
    const nowMs = this.#clockMs()
    if (nowMs - this.#windowBeganMs >= WINDOW_MS) {
      this.#windowBeganMs = nowMs
      this.#passed = 0
    }
    if (this.#passed >= NOTICES_PER_WINDOW) {
      this.#suppressed++
      this.#tellLater()
      return
    }
    this.#passed++
    notify(this.#take())
  }

  #tellLater(): void {
    if (this.#waiting) return
    this.#waiting = true
    setTimeout(() => {
      this.#waiting = false
      const suppressed = this.#take()
      if (suppressed > 0) this.#tellSuppressed(suppressed)
    }, WINDOW_MS).unref()
  }

  #take(): number {
    const suppressed = this.#suppressed
    this.#suppressed = 0
    return suppressed
  }
}
