import { performance } from 'node:perf_hooks'
import type { CloseMode } from '../contract/snapshot.ts'
import type { Connection } from './connection.ts'

const TICK_MS = 50
/** What a stuck event loop missed is not made up for: a thousand peers that come back at once are what pacing prevents. */
const LONGEST_CREDIT_MS = 2 * TICK_MS
const MOST_AT_ONCE = 8

/** Some connections that are closed one after the other, no faster than so many a second. */
export class PacedClosing {
  readonly #connections: readonly Connection[]
  readonly #mode: CloseMode
  readonly #ratePerSecond: number
  #next = 0
  /** Connections that may be closed now; a fraction is kept, or a slow pace would never close one. */
  #credit = 1
  #lastMs: number

  constructor(connections: readonly Connection[], mode: CloseMode, ratePerSecond: number, nowMs: number) {
    this.#connections = connections
    this.#mode = mode
    this.#ratePerSecond = ratePerSecond
    this.#lastMs = nowMs
  }

  get isDone(): boolean {
    return this.#next === this.#connections.length
  }

  advance(nowMs: number): void {
    const elapsedMs = Math.min(nowMs - this.#lastMs, LONGEST_CREDIT_MS)
    this.#lastMs = nowMs
    this.#credit += (elapsedMs * this.#ratePerSecond) / 1000
    while (this.#credit >= 1 && !this.isDone) {
      const connection = this.#connections[this.#next++] as Connection
      if (connection.state === 'closed') continue
      connection.close(this.#mode)
      this.#credit--
    }
  }
}

/** All of them that are under way. */
export class PacedClosings {
  #closings: PacedClosing[] = []
  #timer: NodeJS.Timeout | undefined

  get areTooMany(): boolean {
    return this.#closings.length >= MOST_AT_ONCE
  }

  begin(connections: readonly Connection[], mode: CloseMode, ratePerSecond: number): void {
    this.#closings.push(new PacedClosing(connections, mode, ratePerSecond, performance.now()))
    this.#timer ??= setInterval(() => this.#advance(), TICK_MS).unref()
    this.#advance()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#closings = []
  }

  #advance(): void {
    const nowMs = performance.now()
    for (const closing of this.#closings) closing.advance(nowMs)
    this.#closings = this.#closings.filter(closing => !closing.isDone)
    if (this.#closings.length === 0) this.stop()
  }
}
