import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import type { Arrivals } from './arrivals.ts'
import { DueQueue } from './due-queue.ts'
import type { Schedule, Sender } from './schedule.ts'
import type { Tally } from './tally.ts'
import { Ticker } from './ticker.ts'

/** Due times kept in memory, over all connections. Those beyond are not forgotten: they are made later, the same. */
const MOST_WAITING = 4 * 1024 * 1024
/** While so many wait, room is looked for again after this. */
const HELD_BACK_MS = 1

interface Lane {
  readonly sender: Sender
  readonly due: DueQueue
}

/**
 * Open loop: Submits are due when the arrivals say, whatever the server does, on each connection in turn. At most
 * `inFlight` are outstanding on a connection; what is due beyond that waits for acks, and its latency counts from when
 * it was due. That is the whole correction: a server that stalls is charged for everything that waited meanwhile, once.
 */
export class OpenLoop implements Schedule {
  /** Due and not sent yet. */
  waiting = 0
  /** How late Submits were sent that had no reason to wait, in nanoseconds: the generator's own fault. */
  readonly sendDelay = new LatencyHistogram()
  readonly #arrivals: Arrivals
  readonly #inFlight: number
  readonly #tally: Tally
  readonly #ticker: Ticker
  readonly #lanes: Lane[] = []
  readonly #laneOf = new Map<Sender, Lane>()
  /** Lanes on which something has become due in this tick, and nothing was waiting before. */
  readonly #fresh: Lane[] = []
  #turn = 0
  #beganMs = 0
  #nextDueMs = Number.POSITIVE_INFINITY

  constructor(arrivals: Arrivals, inFlight: number, tally: Tally) {
    this.#arrivals = arrivals
    this.#inFlight = inFlight
    this.#tally = tally
    this.#ticker = new Ticker(nowMs => this.#tick(nowMs), tally)
  }

  begin(senders: Iterable<Sender>, nowMs: number): void {
    for (const sender of senders) {
      const lane = { sender, due: new DueQueue() }
      this.#lanes.push(lane)
      this.#laneOf.set(sender, lane)
    }
    this.#beganMs = nowMs
    this.#nextDueMs = nowMs + this.#arrivals.next()
    this.#ticker.start()
  }

  onRoom(sender: Sender): void {
    const lane = this.#laneOf.get(sender)
    if (lane !== undefined) this.#send(lane, null)
  }

  /** What waited for it is never sent. What becomes due from now on is for the others. */
  onGone(sender: Sender): void {
    const lane = this.#laneOf.get(sender)
    if (lane === undefined) return
    this.#laneOf.delete(sender)
    this.#lanes.splice(this.#lanes.indexOf(lane), 1)
    this.waiting -= lane.due.length
    this.#turn = 0
  }

  end(nowMs: number): void {
    this.#ticker.stop()
    this.#tick(nowMs)
    // What there was no memory for, or no connection left, was due all the same.
    for (; this.#nextDueMs <= nowMs; this.#advance()) this.#tally.offered++
    this.#nextDueMs = Number.POSITIVE_INFINITY
  }

  /** Sends what is due, and returns when the next will be. */
  #tick(nowMs: number): number {
    const lanes = this.#lanes
    while (this.#nextDueMs <= nowMs && this.waiting < MOST_WAITING && lanes.length > 0) {
      if (this.#turn >= lanes.length) this.#turn = 0
      const lane = lanes[this.#turn++] as Lane
      if (lane.due.length === 0) this.#fresh.push(lane)
      lane.due.push(this.#nextDueMs)
      this.waiting++
      this.#tally.offered++
      this.#advance()
    }
    for (const lane of this.#fresh) this.#send(lane, this.sendDelay)
    this.#fresh.length = 0
    return this.#nextDueMs > nowMs ? this.#nextDueMs : nowMs + HELD_BACK_MS
  }

  #advance(): void {
    this.#nextDueMs = this.#beganMs + this.#arrivals.next()
  }

  #send({ sender, due }: Lane, delay: LatencyHistogram | null): void {
    const count = Math.min(this.#inFlight - sender.outstanding, due.length)
    if (count > 0) this.waiting -= sender.sendDue(count, due, delay)
  }
}
