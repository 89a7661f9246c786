import type { LoadFigures } from './load-figures.ts'

const quantileOf = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, max: 1 } as const
const microsecondsIn = { us: 1, µs: 1, ms: 1000, s: 1_000_000 } as const
const comparisons = {
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b
} as const

type LatencyMetric = keyof typeof quantileOf
export type LoadMetric = LatencyMetric | 'acked/s' | 'lost' | 'errors'

const latencyMetrics = Object.keys(quantileOf) as LatencyMetric[]
const RULE =
  'write a metric, a comparison and a number: p50, p90, p99, p99.9 or max with a time, such as p99>5ms; or acked/s, ' +
  'lost or errors with a plain number, such as lost>0; the comparisons are >, >=, < and <=; the units us, ms and s'

const brand = Symbol.for('framelab.ThresholdError')

/** A text that is no threshold. The message says what is. */
export class ThresholdError extends Error {
  readonly [brand] = true
  readonly code = 'FRAMELAB_THRESHOLD'
  readonly value: string

  constructor(value: string) {
    super(`'${value}' is not a threshold: ${RULE}`)
    this.name = 'ThresholdError'
    this.value = value
  }

  /** Holds across two copies of the package, where instanceof would not. */
  static is(error: unknown): error is ThresholdError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/** A statement about the figures of a run, such as "p99<5ms". */
export interface Threshold {
  readonly text: string
  readonly metric: LoadMetric
  readonly comparison: keyof typeof comparisons
  /** Latencies in microseconds. */
  readonly bound: number
}

/** Throws ThresholdError. */
export function parseThreshold(text: string): Threshold {
  const [, metric, comparison, digits, unit] =
    /^(p50|p90|p99\.9|p99|max|acked\/s|lost|errors)\s*(>=|<=|>|<)\s*(\d+(?:\.\d+)?)(?:\s*(us|µs|ms|s))?$/.exec(
      text.trim()
    ) ?? []
  const isLatency = latencyMetrics.includes(metric as LatencyMetric)
  if (metric === undefined || isLatency !== (unit !== undefined)) throw new ThresholdError(text)
  return {
    text: text.trim(),
    metric: metric as LoadMetric,
    comparison: comparison as keyof typeof comparisons,
    bound: Number(digits) * (unit === undefined ? 1 : microsecondsIn[unit as keyof typeof microsecondsIn])
  }
}

/** Whether the figures are so; null when nothing was measured that could tell. */
export function isTrueOf(figures: LoadFigures, threshold: Threshold): boolean | null {
  const value = valueOf(figures, threshold.metric)
  return value === null ? null : comparisons[threshold.comparison](value, threshold.bound)
}

/**
 * What a metric is. A Submit that was due and never answered took longer than any bound: where there are more of them
 * than a percentile leaves out, that percentile is infinite, however quick the answers were that did come.
 */
export function valueOf(figures: LoadFigures, metric: LoadMetric): number | null {
  const { offered, acked, errors, lost, latency, seconds } = figures
  if (metric === 'lost') return lost
  if (metric === 'errors') return Object.values(errors).reduce((sum, count) => sum + count, 0)
  if (metric === 'acked/s') return seconds > 0 ? figures.ackedPerSecond : null
  if (offered === 0) return null
  const leftOut = 1 - quantileOf[metric]
  if ((offered - acked) / offered > leftOut) return Number.POSITIVE_INFINITY
  return { p50: latency.p50Us, p90: latency.p90Us, p99: latency.p99Us, 'p99.9': latency.p999Us, max: latency.maxUs }[
    metric
  ]
}

export const isLatencyMetric = (metric: LoadMetric): metric is LatencyMetric =>
  latencyMetrics.includes(metric as LatencyMetric)
