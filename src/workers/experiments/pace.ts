/** How long something planned will take: a busy machine takes longer than the plan, and goes on as slowly. */
export class Pace {
  readonly #plannedSeconds: number
  readonly #clockMs: () => number
  readonly #startMs: number
  #reachedPlanned = 0
  #reachedAfter = 0
  #furthest = 0

  constructor(plannedSeconds: number, clockMs: () => number) {
    this.#plannedSeconds = plannedSeconds
    this.#clockMs = clockMs
    this.#startMs = clockMs()
  }

  /** So much of the plan is done. */
  reach(plannedSeconds: number): void {
    this.#reachedPlanned = plannedSeconds
    this.#reachedAfter = this.#elapsedSeconds
  }

  get remainingSeconds(): number {
    const slowness = this.#reachedPlanned > 0 ? Math.max(1, this.#reachedAfter / this.#reachedPlanned) : 1
    const left = (this.#plannedSeconds - this.#reachedPlanned) * slowness
    return Math.max(0, left - (this.#elapsedSeconds - this.#reachedAfter))
  }

  /** From 0 to 1; it never goes back. */
  get progress(): number {
    const elapsed = this.#elapsedSeconds
    const whole = elapsed + this.remainingSeconds
    this.#furthest = Math.max(this.#furthest, whole > 0 ? elapsed / whole : 0)
    return this.#furthest
  }

  get #elapsedSeconds(): number {
    return (this.#clockMs() - this.#startMs) / 1000
  }
}
