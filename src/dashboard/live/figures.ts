import type { SnapshotEvent } from '../../contract/events.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import type { WorkerRates } from '../../contract/server-report.ts'

export interface ChartLine {
  /** Of the timeline. */
  readonly column: string
  readonly title: string
}

/** One figure as the page shows it: its name, its unit, how it is written. */
export interface Figure {
  readonly name: string
  readonly title: string
  readonly unit: string
  /** One sentence: what it is, and what moves it. */
  readonly meaning: string
  readonly lines: readonly ChartLine[]
  /** It is known of each worker too, in columns `NAME/ID`. */
  readonly perWorker: boolean
  readonly better: 'lower' | 'higher' | null
}

const line = (column: string, title = 'all workers'): ChartLine => ({ column, title })

export const figures: readonly Figure[] = [
  {
    name: 'throughput',
    title: 'Throughput',
    unit: 'frames/s',
    meaning: 'Frames received in a second.',
    lines: [line('throughput')],
    perWorker: true,
    better: 'higher'
  },
  {
    name: 'latency',
    title: 'Latency',
    unit: 'µs',
    meaning: 'From a Submit to its ack, as the load generator sees it; only while a load run from the Load page is on.',
    lines: [line('p50', 'median'), line('p99', '99th percentile')],
    perWorker: false,
    better: 'lower'
  },
  {
    name: 'cpu',
    title: 'CPU per frame',
    unit: 'µs',
    meaning: 'Processor time of the workers over the frames that came: the figure that holds still on a noisy machine.',
    lines: [line('cpu')],
    perWorker: true,
    better: 'lower'
  },
  {
    name: 'calls',
    title: 'Reads and writes',
    unit: 'per frame',
    meaning:
      'System calls that moved bytes, over frames. Exact reads need two a frame; a buffer takes many frames in one.',
    lines: [line('reads', 'reads'), line('writes', 'writes')],
    perWorker: false,
    better: 'lower'
  },
  {
    name: 'batch',
    title: 'Batch duration',
    unit: 'µs',
    meaning: 'From the arrival of a read to the last write it causes: how long one batch holds its worker.',
    lines: [line('batchMean', 'mean'), line('batchP99', '99th percentile')],
    perWorker: false,
    better: 'lower'
  },
  {
    name: 'gc',
    title: 'Garbage collection',
    unit: 'ms/s',
    meaning: 'Time in the collector in each second, over all workers. Pools leave it less to collect.',
    lines: [line('gc')],
    perWorker: true,
    better: 'lower'
  },
  {
    name: 'loop',
    title: 'Event loop in use',
    unit: '%',
    meaning: 'Part of the time that the busiest worker’s loop was not waiting. At 100 % it takes no more.',
    lines: [line('loop', 'busiest worker')],
    perWorker: true,
    better: 'lower'
  },
  {
    name: 'connections',
    title: 'Connections',
    unit: 'open',
    meaning: 'Connections to the frame port.',
    lines: [line('connections')],
    perWorker: true,
    better: null
  }
]

/** Figures of a load run grow old soon: those of a run that has ended are none of now. */
const LOAD_FRESH_SECONDS = 2.5

export interface LoadSecond {
  readonly atSeconds: number
  readonly report: LoadRunReport
}

/** Of one instant, by column. */
export function valuesOf(snapshot: SnapshotEvent, load: LoadSecond | null): Record<string, number | null> {
  const { rates, totals, workers, batches } = snapshot
  const at = Date.parse(snapshot.at) / 1000
  const isFresh = load?.report.state === 'running' && at - load.atSeconds < LOAD_FRESH_SECONDS
  const latency = isFresh ? (load?.report.lastSecond?.latency ?? null) : null
  const isBusy = rates.framesReceivedPerSecond > 0
  const values: Record<string, number | null> = {
    throughput: rates.framesReceivedPerSecond,
    p50: latency?.p50Us ?? null,
    p99: latency?.p99Us ?? null,
    cpu: isBusy ? rates.cpuMicrosecondsPerFrame : null,
    reads: isBusy ? rates.readsPerFrame : null,
    writes: isBusy ? rates.writesPerFrame : null,
    batchMean: batches?.meanMicroseconds ?? null,
    batchP99: batches?.p99Microseconds ?? null,
    gc: rates.gcMillisecondsPerSecond,
    loop: Math.max(0, ...workers.map(worker => worker.rates.loopUse)) * 100,
    connections: totals.connectionsOpen
  }
  for (const worker of workers) {
    for (const [column, value] of Object.entries(workerValues(worker.rates))) values[`${column}/${worker.id}`] = value
    values[`connections/${worker.id}`] = worker.connections
  }
  return values
}

function workerValues(rates: WorkerRates): Record<string, number | null> {
  const isBusy = rates.framesReceivedPerSecond > 0
  return {
    throughput: rates.framesReceivedPerSecond,
    cpu: isBusy ? rates.cpuMicrosecondsPerFrame : null,
    gc: rates.gcMillisecondsPerSecond,
    loop: rates.loopUse * 100
  }
}
