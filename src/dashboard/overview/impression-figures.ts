import type { AuditEntry } from '../../contract/audit.ts'
import type { Timeline } from '../live/timeline.ts'
import { microseconds, short } from '../live/units.ts'

/** The server's rates are averages over five seconds: so long after a change they still hold some of before. */
const SETTLING_SECONDS = 5
const SIDE_SECONDS = 10
const LEAST_SECONDS = 1

interface Row {
  readonly column: string
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  write(value: number | null): string
}

const rows: readonly Row[] = [
  { column: 'throughput', title: 'Throughput', unit: 'frames/s', better: 'higher', write: short },
  { column: 'cpu', title: 'CPU per frame', unit: '', better: 'lower', write: microseconds },
  { column: 'reads', title: 'Reads per frame', unit: '', better: 'lower', write: short },
  { column: 'writes', title: 'Writes per frame', unit: '', better: 'lower', write: short },
  { column: 'p99', title: 'Latency, p99', unit: '', better: 'lower', write: microseconds },
  { column: 'gc', title: 'GC', unit: 'ms/s', better: 'lower', write: short }
]

export interface ImpressionRow extends Row {
  readonly before: number | null
  readonly after: number | null
}

export interface Impression {
  /** The same ones always, so that nothing moves when their values come. */
  readonly rows: readonly ImpressionRow[]
  /** Until there is anything to say of after. */
  readonly settlingSeconds: number
  readonly beforeSeconds: number
  readonly afterSeconds: number
}

/** What the last seconds before a change and those after it look like; another change on either side ends that side. */
export function impressionOf(timeline: Timeline, change: AuditEntry | null, others: readonly AuditEntry[]): Impression {
  const now = timeline.times.at(-1) ?? 0
  const at = change === null ? now : secondsOf(change)
  const times = others.map(secondsOf)
  const lastBefore = Math.max(
    at - SIDE_SECONDS,
    ...times.filter(time => time < at).map(time => time + SETTLING_SECONDS)
  )
  const begin = at + SETTLING_SECONDS
  const end = Math.min(now, begin + SIDE_SECONDS, ...times.filter(time => time > at))
  return {
    settlingSeconds: Math.max(0, begin + LEAST_SECONDS - now),
    beforeSeconds: Math.round(Math.max(0, at - lastBefore)),
    afterSeconds: Math.round(Math.max(0, end - begin)),
    rows: rows.map(row => ({
      ...row,
      before: change === null ? null : timeline.mean(row.column, lastBefore, at),
      after: change === null ? null : timeline.mean(row.column, begin, end)
    }))
  }
}

const secondsOf = ({ at }: AuditEntry): number => Date.parse(at) / 1000
