import { LatencyHistogram } from '../telemetry/latency-histogram.ts'

/** What can go wrong, as counted. `refused` counts Submits, the others connections. */
export const loadErrorKinds = [
  /** What came is not an ack. The connection is closed. */
  'malformed',
  /**
   * An ack with an id other than the next one of its connection, or with nothing outstanding. The connection is closed.
   */
  'wrong_id',
  /** An ack whose result is not ok. */
  'refused',
  /** The server closed or reset a connection before its time. */
  'closed',
  /** A connection could not be opened. */
  'connect'
] as const
export type LoadErrorKind = (typeof loadErrorKinds)[number]
export type LoadErrorCounts = Record<LoadErrorKind, number>

/** Totals that only rise. At any moment: sent = acked + refused + lost + outstanding. */
export interface LoadCounts {
  /** Submits that were due, whether or not they have been sent. A closed loop sends what is due. */
  offered: number
  sent: number
  /** Acks with result ok. */
  acked: number
  /** Submits whose connection ended, or whose run did, before their ack came. */
  lost: number
  readonly errors: LoadErrorCounts
}

/** What all connections of a run count into: plain fields, because they are written for every read. */
export class Tally implements LoadCounts {
  offered = 0
  sent = 0
  acked = 0
  lost = 0
  readonly errors: LoadErrorCounts = noErrors()
  /** When anything last came, as performance.now(). */
  lastReadMs = 0
  /** Nanoseconds from sent to acked, of all acks since it was last emptied. */
  readonly latency = new LatencyHistogram()
  /** The first thing that went wrong, in words. */
  firstFault: string | null = null

  get outstanding(): number {
    return this.sent - this.acked - this.errors.refused - this.lost
  }

  fault(kind: LoadErrorKind, words: string): void {
    this.errors[kind]++
    this.firstFault ??= words
  }

  counts(): LoadCounts {
    const { offered, sent, acked, lost, errors } = this
    return { offered, sent, acked, lost, errors: { ...errors } }
  }
}

function noErrors(): LoadErrorCounts {
  return { malformed: 0, wrong_id: 0, refused: 0, closed: 0, connect: 0 }
}

/** What was counted between two readings. */
export function countsBetween(from: LoadCounts, to: LoadCounts): LoadCounts {
  const errors = noErrors()
  for (const kind of loadErrorKinds) errors[kind] = to.errors[kind] - from.errors[kind]
  return {
    offered: to.offered - from.offered,
    sent: to.sent - from.sent,
    acked: to.acked - from.acked,
    lost: to.lost - from.lost,
    errors
  }
}

export const zeroCounts: LoadCounts = { offered: 0, sent: 0, acked: 0, lost: 0, errors: noErrors() }
