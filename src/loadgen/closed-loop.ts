import type { Schedule, Sender } from './schedule.ts'
import type { Tally } from './tally.ts'

/** Closed loop: each connection keeps `inFlight` Submits outstanding; the next is due when an ack comes. */
export class ClosedLoop implements Schedule {
  readonly waiting = 0
  readonly #inFlight: number
  readonly #tally: Tally
  #isSending = false

  constructor(inFlight: number, tally: Tally) {
    this.#inFlight = inFlight
    this.#tally = tally
  }

  begin(senders: Iterable<Sender>, nowMs: number): void {
    this.#isSending = true
    for (const sender of senders) this.onRoom(sender, nowMs)
  }

  onRoom(sender: Sender, nowMs: number): void {
    if (this.#isSending) this.#tally.offered += sender.send(this.#inFlight - sender.outstanding, nowMs)
  }

  onGone(): void {}

  end(): void {
    this.#isSending = false
  }
}
