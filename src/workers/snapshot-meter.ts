import type { SnapshotPrice } from '../contract/server-report.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'

/** What it costs that a worker tells of itself, over all its processes. */
export class SnapshotMeter {
  #count = 0
  #bytes = 0
  #seconds = 0
  /** What each process has said to have spent, by how many there were before it. */
  readonly #saidSeconds = new Map<number, number>()

  get price(): SnapshotPrice {
    return { count: this.#count, bytes: this.#bytes, seconds: this.#seconds }
  }

  note(incarnation: number, snapshot: WorkerSnapshot): void {
    this.#count++
    // The channel writes the same JSON. Counted here, so that the worker does not pay for being measured.
    this.#bytes += Buffer.byteLength(JSON.stringify(snapshot))
    this.#seconds += snapshot.toldSeconds - (this.#saidSeconds.get(incarnation) ?? 0)
    this.#saidSeconds.set(incarnation, snapshot.toldSeconds)
  }

  processEnded(incarnation: number): void {
    this.#saidSeconds.delete(incarnation)
  }
}
