import { type ConnectionRates, type RatedField, type RateWindowSeconds, ratesBy } from '../contract/connection-rates.ts'
import { COARSE_COLUMNS, COARSE_STEP_TICKS, FINE_COLUMNS, RateSlab, type Sampled } from './rate-slab.ts'

/** Ticks after which every sample of a connection on which nothing happens is the same, and writing more is idle. */
const SETTLED_TICKS = COARSE_STEP_TICKS * COARSE_COLUMNS
const LONGEST_FINE_TICKS = FINE_COLUMNS - 1
/** A connection opened just before a tick would have absurd rates over its life. */
const SHORTEST_WINDOW_MS = 1000

/** A connection whose rates are known. */
export interface Rated {
  readonly openedAtMs: number
  readonly traffic: Sampled
  /** Where its samples are; none until something has come or gone. */
  rateSlot: number
}
export const NO_SLOT = -1

/**
 * How fast frames and bytes come and go, of each connection. A tick a second notes where the totals stand; nothing is done
 * when a frame comes. A window is the true difference of two notes by the true time between them:
 *
 *   1 s, 10 s   from the tick so many ticks ago to the last one
 *   60 s        from the last tick that was a multiple of five and at least sixty ticks ago: 60 to 64 s
 */
export class RateWindows {
  readonly #slab = new RateSlab()
  readonly #fineMs: number[] = []
  readonly #coarseMs: number[] = []
  /** By slot: for how many ticks nothing has changed. */
  readonly #quietTicks: number[] = []
  #ticks = 0
  #lastMs: number

  constructor(nowMs: number) {
    this.#lastMs = nowMs
    this.#fineMs[0] = nowMs
    this.#coarseMs[0] = nowMs
  }

  /** To be called once a second. */
  tick(nowMs: number, connections: Iterable<Rated>): void {
    const before = fineColumn(this.#ticks)
    const ticks = ++this.#ticks
    const now = fineColumn(ticks)
    const isCoarse = ticks % COARSE_STEP_TICKS === 0
    this.#lastMs = nowMs
    this.#fineMs[now] = nowMs
    if (isCoarse) this.#coarseMs[coarseColumn(ticks) - FINE_COLUMNS] = nowMs
    for (const connection of connections) {
      const { traffic } = connection
      if (connection.rateSlot === NO_SLOT) {
        if (traffic.bytesReceived === 0 && traffic.bytesSent === 0) continue
        connection.rateSlot = this.#slab.take()
        this.#quietTicks[connection.rateSlot] = 0
      }
      const slot = connection.rateSlot
      const quietTicks = this.#slab.isAt(slot, before, traffic) ? (this.#quietTicks[slot] as number) + 1 : 0
      this.#quietTicks[slot] = quietTicks
      if (quietTicks > SETTLED_TICKS) continue
      this.#slab.write(slot, now, traffic)
      if (isCoarse) this.#slab.write(slot, coarseColumn(ticks), traffic)
    }
  }

  /** Per second, over the last whole seconds, or since the connection was opened when that is less. */
  rate(connection: Rated, field: RatedField, seconds: RateWindowSeconds): number {
    const slot = connection.rateSlot
    if (slot === NO_SLOT) return 0
    const ticks = this.#ticks
    const isCoarse = seconds > LONGEST_FINE_TICKS
    // Before the first tick there is the note of nothing with which everything began.
    const from = Math.max(0, (isCoarse ? ticks - (ticks % COARSE_STEP_TICKS) : ticks) - seconds)
    const column = isCoarse ? coarseColumn(from) : fineColumn(from)
    const fromMs = (isCoarse ? this.#coarseMs[column - FINE_COLUMNS] : this.#fineMs[column]) as number
    const added = this.#slab.difference(slot, column, fineColumn(ticks), field)
    const elapsedMs = this.#lastMs - Math.max(fromMs, connection.openedAtMs)
    return (added * 1000) / Math.max(elapsedMs, SHORTEST_WINDOW_MS)
  }

  rates(connection: Rated): ConnectionRates {
    return ratesBy((field, seconds) => this.rate(connection, field, seconds))
  }

  /** The connection is gone. */
  release(connection: Rated): void {
    if (connection.rateSlot !== NO_SLOT) this.#slab.release(connection.rateSlot)
    connection.rateSlot = NO_SLOT
  }
}

const fineColumn = (tick: number): number => tick % FINE_COLUMNS
const coarseColumn = (tick: number): number => FINE_COLUMNS + ((tick / COARSE_STEP_TICKS) % COARSE_COLUMNS)
