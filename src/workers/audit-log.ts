import type { AuditEntry } from '../contract/audit.ts'

const LONGEST = 1000

/** The last things that were done to the server. */
export class AuditLog {
  readonly #now: () => Date
  #entries: AuditEntry[] = []
  #lastId = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** What is not kept is an entry all the same, with an id of its own. */
  add(entry: Omit<AuditEntry, 'id' | 'at'>, isKept = true): AuditEntry {
    const whole = { id: ++this.#lastId, at: this.#now().toISOString(), ...entry }
    if (!isKept) return whole
    this.#entries.push(whole)
    // Halves of the ring at a time, so that adding stays cheap.
    if (this.#entries.length >= 2 * LONGEST) this.#entries = this.#entries.slice(-LONGEST)
    return whole
  }

  /** Newest first, and how many are kept in all. */
  latest(limit: number): { total: number; items: AuditEntry[] } {
    const kept = this.#entries.slice(-LONGEST)
    return { total: kept.length, items: kept.slice(-limit).reverse() }
  }
}
