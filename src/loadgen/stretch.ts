import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { coreWaitMs } from '../telemetry/core-wait.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import type { LoadSlice } from './figures.ts'
import { countsBetween, type LoadCounts, type Tally } from './tally.ts'

/** A stretch of time of a run: from its beginning to its end, or to now. */
export class Stretch {
  readonly latency = new LatencyHistogram()
  readonly #tally: Tally
  #beganMs = performance.now()
  #countsAtStart: LoadCounts
  #loopAtStart: EventLoopUtilization
  #idleTurnsAtStartMs: number
  #coreWaitAtStartMs = coreWaitMs()

  constructor(tally: Tally) {
    this.#tally = tally
    this.#countsAtStart = tally.counts()
    this.#loopAtStart = performance.eventLoopUtilization()
    this.#idleTurnsAtStartMs = tally.idleTurnsMs
  }

  begin(): void {
    this.#beganMs = performance.now()
    this.#countsAtStart = this.#tally.counts()
    this.#loopAtStart = performance.eventLoopUtilization()
    this.#idleTurnsAtStartMs = this.#tally.idleTurnsMs
    this.#coreWaitAtStartMs = coreWaitMs()
    this.latency.reset()
  }

  /** What has been counted since the beginning. */
  read(): LoadSlice {
    const counts = countsBetween(this.#countsAtStart, this.#tally.counts())
    const elapsedMs = performance.now() - this.#beganMs
    return {
      seconds: elapsedMs / 1000,
      counts,
      ackedInTime: counts.acked,
      latency: this.latency,
      sendDelay: null,
      busyShare: this.#busyShare(),
      coreWaitShare: (coreWaitMs() - this.#coreWaitAtStartMs) / elapsedMs
    }
  }

  #busyShare(): number {
    const { active, idle } = performance.eventLoopUtilization(this.#loopAtStart)
    const turnsMs = this.#tally.idleTurnsMs - this.#idleTurnsAtStartMs
    return active > 0 ? Math.max(0, active - turnsMs) / (active + idle) : 0
  }
}
