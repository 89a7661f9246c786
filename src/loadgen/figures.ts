import type { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { type LoadCounts, type LoadErrorKind, loadErrorKinds } from './tally.ts'

/** Above this share of its time, a process that sends and checks is itself what limits the load. */
const BUSY_SHARE_LIMIT = 0.9

export interface LatencyFigures {
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

/** The figures of a run, or of a stretch of one. `LoadRun` says which Submits each of them counts. */
export interface LoadFigures {
  readonly seconds: number
  readonly offered: number
  readonly sent: number
  readonly acked: number
  readonly lost: number
  /** Only kinds that occurred. */
  readonly errors: Partial<Record<LoadErrorKind, number>>
  readonly ackedPerSecond: number
  readonly latency: LatencyFigures
  readonly generator: {
    /** The load generator, not the server, was the bottleneck: the server may be able to do more. */
    readonly limited: boolean
    readonly why: string | null
  }
}

/** What figures are made of. Slices of several processes can be added up before. */
export interface LoadSlice {
  readonly seconds: number
  readonly counts: LoadCounts
  /** In nanoseconds. */
  readonly latency: LatencyHistogram
  /** Share of the time, 0 to 1, in which the event loop of the generator was at work. */
  readonly busyShare: number
}

export function figuresOf(slice: LoadSlice): LoadFigures {
  const { seconds, counts, busyShare } = slice
  const limited = busyShare > BUSY_SHARE_LIMIT
  return {
    seconds: rounded(seconds, 1000),
    offered: counts.offered,
    sent: counts.sent,
    acked: counts.acked,
    lost: counts.lost,
    errors: Object.fromEntries(loadErrorKinds.map(kind => [kind, counts.errors[kind]]).filter(([, count]) => count)),
    ackedPerSecond: seconds > 0 ? Math.round(counts.acked / seconds) : 0,
    latency: latencyOf(slice.latency),
    generator: { limited, why: limited ? whyLimited(busyShare) : null }
  }
}

export function latencyOf(latency: LatencyHistogram): LatencyFigures {
  const microseconds = (nanoseconds: number): number => rounded(nanoseconds / 1000, 10)
  return {
    p50Us: microseconds(latency.quantile(0.5)),
    p90Us: microseconds(latency.quantile(0.9)),
    p99Us: microseconds(latency.quantile(0.99)),
    p999Us: microseconds(latency.quantile(0.999)),
    maxUs: microseconds(latency.max)
  }
}

function whyLimited(busyShare: number): string {
  const percent = Math.round(busyShare * 100)
  return `the event loop of the load generator was busy ${percent} % of the time, so the server may be able to do more`
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps
}
