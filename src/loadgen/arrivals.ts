import type { Arrival } from '../contract/load-bounds.ts'
import { seededRandom } from '../telemetry/seeded-random.ts'

export interface ArrivalsOptions {
  /** A second. */
  readonly rate: number
  readonly arrival: Arrival
  /** The rate rises in a straight line from 0 in this time. */
  readonly rampMs: number
  readonly seed: number
  /** Of constant arrivals: where between two of them the first one is, from 0 to 1. */
  readonly phase: number
}

/**
 * When Submits are due, in milliseconds since the beginning: one after the other, without end. Both kinds of arrivals
 * are made at one per unit of "expected number so far", and that is bent into time, so a ramp is as exact as a constant
 * rate. Poisson arrivals of several processes with a share of the rate each are Poisson arrivals of the whole rate.
 */
export class Arrivals {
  readonly #perMs: number
  readonly #rampMs: number
  readonly #inRamp: number
  readonly #random: (() => number) | null
  #expected: number

  constructor({ rate, arrival, rampMs, seed, phase }: ArrivalsOptions) {
    this.#perMs = rate / 1000
    this.#rampMs = rampMs
    this.#inRamp = (this.#perMs * rampMs) / 2
    this.#random = arrival === 'poisson' ? seededRandom(seed) : null
    // One step before the first.
    this.#expected = this.#random === null ? phase - 1 : 0
  }

  next(): number {
    this.#expected += this.#random === null ? 1 : -Math.log(1 - this.#random())
    const expected = this.#expected
    if (expected < this.#inRamp) return Math.sqrt((2 * expected * this.#rampMs) / this.#perMs)
    return expected / this.#perMs + this.#rampMs / 2
  }
}
