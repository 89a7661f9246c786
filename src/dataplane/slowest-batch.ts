import type { SlowBatch } from '../contract/snapshot.ts'

/** The batch that took longest since it was last asked for. All others cost one comparison. */
export class SlowestBatch {
  nanoseconds = 0
  #connection = ''
  #endedAtMs = 0

  replace(nanoseconds: number, connection: string): void {
    this.nanoseconds = nanoseconds
    this.#connection = connection
    this.#endedAtMs = Date.now()
  }

  take(): SlowBatch | null {
    if (this.nanoseconds === 0) return null
    const seconds = this.nanoseconds / 1e9
    this.nanoseconds = 0
    return { connection: this.#connection, seconds, atSeconds: this.#endedAtMs / 1000 }
  }
}
