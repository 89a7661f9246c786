import type { Tally } from './tally.ts'

/** A connection as a schedule sees it. */
export interface Sender {
  /** Submits sent and not answered yet. */
  readonly outstanding: number
  /**
   * Sends up to `count` Submits, as many as the socket takes without falling behind, and returns how many. Their
   * latency counts from `sinceMs` (performance.now()): when they are sent, or when they were due.
   */
  send(count: number, sinceMs: number): number
}

/** The policy of a run: when Submits are due. How they are sent and checked is not its business. */
export interface Schedule {
  /** This connection has just been opened, has got acks, or has room again after its socket was behind. */
  onRoom(sender: Sender, nowMs: number): void
}

/** Closed loop: each connection keeps `inFlight` Submits outstanding; the next is due when an ack comes. */
export class ClosedLoop implements Schedule {
  readonly #inFlight: number
  readonly #tally: Tally

  constructor(inFlight: number, tally: Tally) {
    this.#inFlight = inFlight
    this.#tally = tally
  }

  onRoom(sender: Sender, nowMs: number): void {
    this.#tally.offered += sender.send(this.#inFlight - sender.outstanding, nowMs)
  }
}
