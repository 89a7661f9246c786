import { mean } from 'simple-statistics'
import type { ExperimentMetric } from '../contract/experiment.ts'
import type { LoadFigures } from '../contract/load-figures.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'

const counters = [
  'frames',
  'reads',
  'writes',
  /** Streams refused and handlers that failed. */
  'errors',
  'cpuSeconds',
  'gcSeconds',
  'allocatedBytes',
  'externalBytes'
] as const
type Counter = (typeof counters)[number]
type Counts = Readonly<Record<Counter, number>>

function countsBy(count: (counter: Counter) => number): Counts {
  return Object.fromEntries(counters.map(counter => [counter, count(counter)])) as Counts
}

/** One worker at one moment. Counts only rise, `loopDelaySeconds` and `batches` are since the reading before. */
export interface WorkerReading extends Counts {
  readonly pid: number
  /** The worker's own clock. */
  readonly atMs: number
  readonly rssBytes: number
  readonly loopDelaySeconds: number
  /** In nanoseconds. */
  readonly batches: LatencyHistogram
}

/** All workers at one moment. */
export interface Reading {
  readonly workers: ReadonlyMap<number, WorkerReading>
  /** What the load generator saw since the reading before; null when the load is not ours. */
  readonly load: LoadFigures | null
}

/** What happened on some workers between two readings. */
export interface BlockWindow extends Counts {
  readonly seconds: number
  /** The most of any worker, at the end. */
  readonly rssBytes: number
  readonly loopDelaySeconds: number
  readonly batches: LatencyHistogram
  /** null when it cannot be told from that of other arms. */
  readonly load: LoadFigures | null
}

/** A worker that was to be measured is not the process it was, or does not answer. */
export class WorkerChangedError extends Error {
  readonly code = 'FRAMELAB_WORKER_CHANGED'
  constructor(worker: number) {
    super(`worker ${worker} ended, or did not answer, while it was measured`)
    this.name = 'WorkerChangedError'
  }
}

/** Throws WorkerChangedError. */
export function windowBetween(
  before: Reading,
  after: Reading,
  workers: readonly number[],
  isWholeLoad: boolean
): BlockWindow {
  const both = workers.map(worker => {
    const [from, to] = [before.workers.get(worker), after.workers.get(worker)]
    if (from === undefined || to === undefined || from.pid !== to.pid) throw new WorkerChangedError(worker)
    return { from, to }
  })
  const batches = new LatencyHistogram()
  for (const { to } of both) batches.add(to.batches)
  return {
    ...countsBy(counter => both.reduce((total, { from, to }) => total + to[counter] - from[counter], 0)),
    seconds: mean(both.map(({ from, to }) => (to.atMs - from.atMs) / 1000)),
    rssBytes: Math.max(...both.map(({ to }) => to.rssBytes)),
    loopDelaySeconds: Math.max(...both.map(({ to }) => to.loopDelaySeconds)),
    batches,
    load: isWholeLoad ? after.load : null
  }
}

/** Several stretches of the same arm as one. */
export function joinWindows(windows: readonly BlockWindow[]): BlockWindow {
  const [first] = windows
  if (first === undefined) throw new RangeError('there is no window to join')
  if (windows.length === 1) return first
  const sum = (counter: Counter | 'seconds'): number => windows.reduce((total, window) => total + window[counter], 0)
  const batches = new LatencyHistogram()
  for (const window of windows) batches.add(window.batches)
  return {
    ...countsBy(sum),
    seconds: sum('seconds'),
    rssBytes: Math.max(...windows.map(({ rssBytes }) => rssBytes)),
    loopDelaySeconds: Math.max(...windows.map(({ loopDelaySeconds }) => loopDelaySeconds)),
    batches,
    load: null
  }
}

/** Errors of the server, or those that the load generator saw when they are more: the same fault may show on both sides. */
export function errorsOf({ errors, load }: BlockWindow): number {
  const seen = load === null ? 0 : load.lost + Object.values(load.errors).reduce((sum, count) => sum + count, 0)
  return Math.max(errors, seen)
}

/** null is what was not measured: latency without a batch, anything per frame without frames. */
export function figuresOf(window: BlockWindow): Record<ExperimentMetric, number | null> {
  const { seconds, frames, batches, load } = window
  const perFrame = (amount: number): number | null => (frames > 0 ? amount / frames : null)
  const batchMicroseconds = (quantile: number): number | null =>
    batches.count > 0 ? batches.quantile(quantile) / 1000 : null
  const latency = load !== null && load.acked > 0 ? load.latency : null
  return {
    cpuPerFrame: perFrame(window.cpuSeconds * 1e6),
    framesPerSecond: seconds > 0 ? frames / seconds : null,
    p50: latency?.p50Us ?? batchMicroseconds(0.5),
    p99: latency?.p99Us ?? batchMicroseconds(0.99),
    p999: latency?.p999Us ?? batchMicroseconds(0.999),
    gcPerMillionFrames: perFrame(window.gcSeconds * 1e9),
    allocatedPerFrame: perFrame(window.allocatedBytes),
    readsPerFrame: perFrame(window.reads),
    writesPerFrame: perFrame(window.writes),
    errors: perFrame(errorsOf(window) * 1e6)
  }
}
