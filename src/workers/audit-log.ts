import type { AuditEntry } from '../contract/audit.ts'

const LONGEST = 1000

/** The last things that were done to the server. */
export class AuditLog {
  readonly #now: () => Date
  readonly #entries: AuditEntry[] = []
  #lastId = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  /** What is not kept is an entry all the same, with an id of its own. */
  add(entry: Omit<AuditEntry, 'id' | 'at'>, isKept = true): AuditEntry {
    const whole = { id: ++this.#lastId, at: this.#now().toISOString(), ...entry }
    if (!isKept) return whole
    this.#entries.push(whole)
    if (this.#entries.length > LONGEST) this.#entries.shift()
    return whole
  }

  /** Newest first, and how many are kept in all. */
  latest(limit: number): { total: number; items: AuditEntry[] } {
    return { total: this.#entries.length, items: this.#entries.slice(-limit).reverse() }
  }
}
