import { type LatencyFigures, type LoadFigures, loadErrorKinds } from '../contract/load-figures.ts'
import { type HistogramData, LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { addCounts, type LoadCounts } from './tally.ts'

/** Above this share of its time, a process that sends and checks is itself what limits the load. */
const BUSY_SHARE_LIMIT = 0.9
/** A process that is ready for so much of its time, and gets no core, measures what else runs on the machine. */
const CORE_WAIT_SHARE_LIMIT = 0.2
/** A generator that sends one in a hundred later than this measures itself. */
const SEND_DELAY_LIMIT_NS = 1e6

/** What figures are made of. Slices of several processes can be added up before. */
export interface LoadSlice {
  readonly seconds: number
  readonly counts: LoadCounts
  /** Acks that came within the seconds. `counts.acked` of a whole open loop goes by when Submits were due instead. */
  readonly ackedInTime: number
  /** In nanoseconds. */
  readonly latency: LatencyHistogram
  /** Of an open loop's Submits that nothing held back, in nanoseconds. */
  readonly sendDelay: LatencyHistogram | null
  /** Share of the time, 0 to 1, in which the event loop of the generator was at work. */
  readonly busyShare: number
  /** Share of the time in which it had something to do and got no core of the machine. */
  readonly coreWaitShare: number
}

/** A slice as one process tells it to another. */
export type LoadSliceData = Omit<LoadSlice, 'latency' | 'sendDelay'> & {
  readonly latency: HistogramData
  readonly sendDelay: HistogramData | null
}

export function sliceToData(slice: LoadSlice): LoadSliceData {
  return { ...slice, latency: slice.latency.toJSON(), sendDelay: slice.sendDelay?.toJSON() ?? null }
}

export function sliceFromData({ latency, sendDelay, ...slice }: LoadSliceData): LoadSlice {
  const delay = sendDelay === null ? null : LatencyHistogram.fromJSON(sendDelay)
  return { ...slice, latency: LatencyHistogram.fromJSON(latency), sendDelay: delay }
}

/** Of processes that ran at the same time: as if one process had counted and recorded all of it. */
export function mergeSlices(slices: readonly LoadSlice[]): LoadSlice {
  const delays = slices.flatMap(({ sendDelay }) => sendDelay ?? [])
  return {
    seconds: Math.max(...slices.map(({ seconds }) => seconds)),
    counts: slices.map(({ counts }) => counts).reduce(addCounts),
    ackedInTime: slices.reduce((sum, { ackedInTime }) => sum + ackedInTime, 0),
    latency: mergeHistograms(slices.map(({ latency }) => latency)),
    sendDelay: delays.length === 0 ? null : mergeHistograms(delays),
    // The busiest one holds up its share of the load, however idle the others are.
    busyShare: Math.max(...slices.map(({ busyShare }) => busyShare)),
    coreWaitShare: Math.max(...slices.map(({ coreWaitShare }) => coreWaitShare))
  }
}

export function mergeHistograms(histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const sum = new LatencyHistogram()
  for (const histogram of histograms) sum.add(histogram)
  return sum
}

export function figuresOf(slice: LoadSlice): LoadFigures {
  const { seconds, counts, sendDelay } = slice
  const why = whyLimited(slice)
  return {
    seconds: rounded(seconds, 1000),
    offered: counts.offered,
    sent: counts.sent,
    acked: counts.acked,
    lost: counts.lost,
    errors: Object.fromEntries(loadErrorKinds.map(kind => [kind, counts.errors[kind]]).filter(([, count]) => count)),
    ackedPerSecond: seconds > 0 ? Math.round(slice.ackedInTime / seconds) : 0,
    latency: latencyOf(slice.latency),
    generator: { limited: why !== null, why },
    ...(sendDelay && {
      openLoop: {
        unsent: counts.offered - counts.sent,
        sendDelayP99Us: rounded(sendDelay.quantile(0.99) / 1000, 10)
      }
    })
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

function whyLimited({ busyShare, coreWaitShare, sendDelay }: LoadSlice): string | null {
  const reasons: string[] = []
  if (busyShare > BUSY_SHARE_LIMIT) {
    reasons.push(`the event loop of the load generator was busy ${Math.round(busyShare * 100)} % of the time`)
  }
  if (coreWaitShare > CORE_WAIT_SHARE_LIMIT) {
    const share = Math.round(coreWaitShare * 100)
    reasons.push(`the load generator waited for a core of the machine ${share} % of the time`)
  }
  const delayNs = sendDelay?.quantile(0.99) ?? 0
  if (delayNs > SEND_DELAY_LIMIT_NS) {
    reasons.push(
      `1 % of what it sent left the load generator ${rounded(delayNs / 1e6, 10)} ms or more after it was due`
    )
  }
  return reasons.length === 0 ? null : `${reasons.join(', and ')}, so the server may be able to do more`
}

function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps
}
