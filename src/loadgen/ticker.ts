import { performance } from 'node:perf_hooks'
import type { Tally } from './tally.ts'

/** A timer of Node counts whole milliseconds and comes up to about one late. */
const WAKE_EARLY_MS = 1.5
/** A thread that waits for a moment comes up to about 0.06 ms late. */
const WAKE_THREAD_EARLY_MS = 0.15
const neverNotified = new Int32Array(new SharedArrayBuffer(4))

/**
 * Calls `tick` whenever something is due, with no timer for each. When the next is milliseconds away, the process sleeps
 * on a timer until shortly before. When it is nearer and no ack can come, because none is outstanding, the thread stands
 * still until shortly before. The rest of the time it looks at the clock between any two rounds of the event loop. So
 * what is due is sent some microseconds later, as long as no round takes longer and the machine lets the process run.
 * Waiting in these ways is not work: how much of it there was is counted, and taken off how busy the process was.
 */
export class Ticker {
  /** Does what is due and returns when it wants to be called again; with performance.now(). */
  readonly #tick: (nowMs: number) => number
  readonly #tally: Tally
  readonly #onTurn = (): void => this.#turn()
  #isRunning = false
  #timer: NodeJS.Timeout | undefined
  #lastTurnMs = 0
  #lastReadMs = 0
  #wasIdle = false

  constructor(tick: (nowMs: number) => number, tally: Tally) {
    this.#tick = tick
    this.#tally = tally
  }

  start(): void {
    this.#isRunning = true
    this.#turn()
  }

  stop(): void {
    this.#isRunning = false
    clearTimeout(this.#timer)
  }

  #turn(): void {
    if (!this.#isRunning) return
    const tally = this.#tally
    const nowMs = performance.now()
    if (this.#wasIdle && tally.lastReadMs === this.#lastReadMs) tally.idleTurnsMs += nowMs - this.#lastTurnMs
    const sentBefore = tally.sent
    const nextMs = this.#tick(nowMs)
    this.#lastTurnMs = nowMs
    this.#lastReadMs = tally.lastReadMs
    const sleepMs = Math.floor(nextMs - nowMs - WAKE_EARLY_MS)
    this.#wasIdle = sleepMs < 1 && tally.sent === sentBefore
    if (sleepMs < 1) {
      if (tally.outstanding === 0) standStill(nextMs - performance.now() - WAKE_THREAD_EARLY_MS)
      setImmediate(this.#onTurn)
    } else this.#timer = setTimeout(this.#onTurn, sleepMs)
  }
}

function standStill(ms: number): void {
  if (ms > 0) Atomics.wait(neverNotified, 0, 0, ms)
}
