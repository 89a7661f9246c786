import { type LoadErrorKind, loadErrorKinds } from '../contract/load-figures.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import type { Settlement } from './send-times.ts'

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
export class Tally implements LoadCounts, Settlement {
  offered = 0
  sent = 0
  acked = 0
  lost = 0
  readonly errors: LoadErrorCounts = noErrors()
  /** When anything last came, as performance.now(). */
  lastReadMs = 0
  /** Nanoseconds from sent (or due) to acked, of all acks since it was last emptied. */
  readonly latency = new LatencyHistogram()
  /** The same, of Submits that were due from `cohortFromMs` on. */
  readonly cohort = new LatencyHistogram()
  cohortFromMs = Number.POSITIVE_INFINITY
  /** Time that the event loop went round with nothing to do but look at the clock. */
  idleTurnsMs = 0
  /** The first thing that went wrong, in words. */
  firstFault: string | null = null

  get outstanding(): number {
    return this.sent - this.acked - this.errors.refused - this.lost
  }

  settled(sinceMs: number, nowMs: number, count: number): void {
    const tookNs = (nowMs - sinceMs) * 1e6
    this.latency.recordMany(tookNs, count)
    if (sinceMs >= this.cohortFromMs) this.cohort.recordMany(tookNs, count)
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

export function noErrors(): LoadErrorCounts {
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

export function addCounts(a: LoadCounts, b: LoadCounts): LoadCounts {
  const errors = noErrors()
  for (const kind of loadErrorKinds) errors[kind] = a.errors[kind] + b.errors[kind]
  return {
    offered: a.offered + b.offered,
    sent: a.sent + b.sent,
    acked: a.acked + b.acked,
    lost: a.lost + b.lost,
    errors
  }
}
