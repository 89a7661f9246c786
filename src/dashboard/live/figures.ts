import type { SnapshotEvent } from '../../contract/events.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { exact, exactMicroseconds, microseconds, short } from './units.ts'

export interface ChartLine {
  /** Of the timeline. */
  readonly column: string
  readonly title: string
  /** Which of the colours it has. */
  readonly colour: number
  readonly isDashed: boolean
}

/** One figure as the page shows it: its name, its unit, how it is written. */
export interface Figure {
  readonly name: string
  readonly title: string
  /** Empty where each value carries its own. */
  readonly unit: string
  /** One sentence: what it is, and what moves it. */
  readonly meaning: string
  /** Columns of the timeline, and what each is. */
  readonly lines: readonly (readonly [column: string, title: string])[]
  /** Each is known of each worker too, in columns `NAME/ID`. */
  readonly perWorker: boolean
  /** What stands where the lines would be as long as nothing is known. */
  readonly whenEmpty: string
  /** At a glance. */
  write(value: number | null): string
  /** Of an instant that is looked at. */
  writeExactly(value: number | null): string
}

const asNumber = { write: short, writeExactly: exact }
const asTime = { write: microseconds, writeExactly: exactMicroseconds }

const NO_FRAMES = 'Nothing until frames come.'

export const figures: readonly Figure[] = [
  {
    name: 'throughput',
    title: 'Throughput',
    unit: 'frames/s',
    meaning: 'Frames received in a second.',
    lines: [['throughput', 'all workers']],
    perWorker: true,
    whenEmpty: NO_FRAMES,
    ...asNumber
  },
  {
    name: 'latency',
    title: 'Latency',
    unit: '',
    meaning:
      'From a Submit to its ack, as the load generator sees it; only while a load run that this server drives is on.',
    lines: [
      ['p50', 'median'],
      ['p99', '99th percentile']
    ],
    perWorker: false,
    whenEmpty: 'A client’s view: measured while a load run started here is on.',
    ...asTime
  },
  {
    name: 'cpu',
    title: 'CPU per frame',
    unit: '',
    meaning: 'Processor time of the workers over the frames that came: the figure that holds still on a noisy machine.',
    lines: [['cpu', 'all workers']],
    perWorker: true,
    whenEmpty: NO_FRAMES,
    ...asTime
  },
  {
    name: 'calls',
    title: 'Reads and writes',
    unit: 'per frame',
    meaning:
      'System calls that moved bytes, over frames. Exact reads need two a frame; a buffer takes many frames in one.',
    lines: [
      ['reads', 'reads'],
      ['writes', 'writes']
    ],
    perWorker: true,
    whenEmpty: NO_FRAMES,
    ...asNumber
  },
  {
    name: 'batch',
    title: 'Batch duration',
    unit: '',
    meaning: 'From the arrival of a read to the last write it causes: how long one batch holds its worker.',
    lines: [
      ['batchMean', 'mean'],
      ['batchP99', '99th percentile']
    ],
    perWorker: true,
    whenEmpty: NO_FRAMES,
    ...asTime
  },
  {
    name: 'gc',
    title: 'Garbage collection',
    unit: 'ms/s',
    meaning: 'Time in the collector in each second, over all workers. Pools leave it less to collect.',
    lines: [['gc', 'all workers']],
    perWorker: true,
    whenEmpty: '',
    ...asNumber
  },
  {
    name: 'loop',
    title: 'Event loop in use',
    unit: '%',
    meaning: 'Part of the time that the busiest worker’s loop was not waiting. At 100 % it takes no more.',
    lines: [['loop', 'busiest worker']],
    perWorker: true,
    whenEmpty: '',
    ...asNumber
  },
  {
    name: 'connections',
    title: 'Connections',
    unit: 'open',
    meaning: 'Connections to the frame port.',
    lines: [['connections', 'all workers']],
    perWorker: true,
    whenEmpty: '',
    ...asNumber
  }
]

/** The lines of a figure: one for all workers together, or one for each of them where such are known. */
export function linesOf({ lines, perWorker }: Figure, workers: readonly number[] | null): readonly ChartLine[] {
  if (workers === null || !perWorker) {
    return lines.map(([column, title], colour) => ({ column, title, colour, isDashed: false }))
  }
  return workers.flatMap((id, colour) =>
    lines.map(([column, title], index) => ({
      column: `${column}/${id}`,
      title: lines.length === 1 ? `worker ${id}` : `worker ${id}, ${title}`,
      colour,
      isDashed: index > 0
    }))
  )
}

/** Figures of a load run grow old soon: those of a run that has ended are none of now. */
const LOAD_FRESH_SECONDS = 2.5

export interface LoadSecond {
  readonly atSeconds: number
  readonly report: LoadRunReport
}

/** Of one instant, by column. */
export function valuesOf(snapshot: SnapshotEvent, load: LoadSecond | null): Record<string, number | null> {
  const { workers, totals } = snapshot
  const at = Date.parse(snapshot.at) / 1000
  const isFresh = load?.report.state === 'running' && at - load.atSeconds < LOAD_FRESH_SECONDS
  const latency = isFresh ? (load?.report.lastSecond?.latency ?? null) : null
  const values: Record<string, number | null> = {
    ...workValues(snapshot),
    p50: latency?.p50Us ?? null,
    p99: latency?.p99Us ?? null,
    loop: Math.max(0, ...workers.map(({ rates }) => rates.loopUse)) * 100,
    connections: totals.connectionsOpen
  }
  for (const worker of workers) {
    const own = { ...workValues(worker), loop: worker.rates.loopUse * 100, connections: worker.connections }
    for (const [column, value] of Object.entries(own)) values[`${column}/${worker.id}`] = value
  }
  return values
}

/** Of the server, or of one worker. What is counted per frame says nothing where no frame came. */
function workValues({ rates, batches }: Pick<SnapshotEvent, 'rates' | 'batches'>): Record<string, number | null> {
  const isBusy = rates.framesReceivedPerSecond > 0
  return {
    throughput: rates.framesReceivedPerSecond,
    cpu: isBusy ? rates.cpuMicrosecondsPerFrame : null,
    reads: isBusy ? rates.readsPerFrame : null,
    writes: isBusy ? rates.writesPerFrame : null,
    batchMean: batches?.meanMicroseconds ?? null,
    batchP99: batches?.p99Microseconds ?? null,
    gc: rates.gcMillisecondsPerSecond
  }
}
