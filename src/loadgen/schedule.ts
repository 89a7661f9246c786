import type { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import type { DueQueue } from './due-queue.ts'

/** A connection as a schedule sees it. */
export interface Sender {
  /** Submits sent and not answered yet. */
  readonly outstanding: number
  /**
   * Sends up to `count` Submits, as many as the socket takes without falling behind, and returns how many. Their
   * latency counts from `sinceMs` (performance.now()).
   */
  send(count: number, sinceMs: number): number
  /**
   * The same for Submits that are due: those sent are taken off `due`, and their latency counts from the times there. How
   * late they are sent goes to `delay`, in nanoseconds, if anyone wants it.
   */
  sendDue(count: number, due: DueQueue, delay: LatencyHistogram | null): number
}

/** The policy of a run: when Submits are due. How they are sent and checked is not its business. */
export interface Schedule {
  /** Sending begins, on these connections. */
  begin(senders: Iterable<Sender>, nowMs: number): void
  /** This connection has just been opened, has got acks, or has room again after its socket was behind. */
  onRoom(sender: Sender, nowMs: number): void
  onGone(sender: Sender): void
  /** Nothing becomes due any more. */
  end(nowMs: number): void
  /** Submits that are due, not sent yet, and will be when there is room. */
  readonly waiting: number
}
