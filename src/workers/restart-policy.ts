const FIRST_DELAY_MS = 100
const LONGEST_DELAY_MS = 10_000
/** A process that lived so long was no part of a restart loop. */
const STABLE_MS = 30_000

/**
 * How long to wait before a dead worker is replaced: not at all the first time, then doubling while the replacements die
 * young.
 */
export class RestartPolicy {
  #deathsInARow = 0

  /** The process lived for `livedMs`. Returns the delay in milliseconds before the next one is started. */
  delayAfterDeath(livedMs: number): number {
    if (livedMs >= STABLE_MS) this.#deathsInARow = 0
    this.#deathsInARow++
    if (this.#deathsInARow === 1) return 0
    return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#deathsInARow - 2))
  }
}
