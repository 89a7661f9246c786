import { type EventLoopUtilization, performance } from 'node:perf_hooks'
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

  constructor(tally: Tally) {
    this.#tally = tally
    this.#countsAtStart = tally.counts()
    this.#loopAtStart = performance.eventLoopUtilization()
  }

  begin(): void {
    this.#beganMs = performance.now()
    this.#countsAtStart = this.#tally.counts()
    this.#loopAtStart = performance.eventLoopUtilization()
    this.latency.reset()
  }

  /** What has been counted since the beginning. */
  read(): LoadSlice {
    return {
      seconds: (performance.now() - this.#beganMs) / 1000,
      counts: countsBetween(this.#countsAtStart, this.#tally.counts()),
      latency: this.latency,
      busyShare: performance.eventLoopUtilization(this.#loopAtStart).utilization
    }
  }
}
