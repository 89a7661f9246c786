import type { ChangeEvent } from '../../contract/events.ts'
import type { Timeline } from '../live/timeline.ts'

/** The server's rates are averages over five seconds: so long after a change they still hold some of before. */
const SETTLING_SECONDS = 5
const SIDE_SECONDS = 10

const rows = [
  { column: 'throughput', title: 'Throughput', unit: 'frames/s', better: 'higher' },
  { column: 'cpu', title: 'CPU per frame', unit: 'µs', better: 'lower' },
  { column: 'reads', title: 'Reads per frame', unit: '', better: 'lower' },
  { column: 'writes', title: 'Writes per frame', unit: '', better: 'lower' },
  { column: 'p99', title: 'Latency, p99', unit: 'µs', better: 'lower' },
  { column: 'gc', title: 'GC', unit: 'ms/s', better: 'lower' }
] as const

export interface ImpressionRow {
  readonly title: string
  readonly unit: string
  readonly better: 'lower' | 'higher'
  readonly before: number
  readonly after: number
}

export interface Impression {
  readonly rows: readonly ImpressionRow[]
  /** Until there is anything to say of after. */
  readonly settlingSeconds: number
  readonly beforeSeconds: number
  readonly afterSeconds: number
}

/** What the last seconds before a change and those after it look like; another change on either side ends that side. */
export function impressionOf(timeline: Timeline, change: ChangeEvent, others: readonly ChangeEvent[]): Impression {
  const at = secondsOf(change)
  const times = others.map(secondsOf)
  const now = timeline.times.at(-1) ?? at
  const lastBefore = Math.max(
    at - SIDE_SECONDS,
    ...times.filter(time => time < at).map(time => time + SETTLING_SECONDS)
  )
  const begin = at + SETTLING_SECONDS
  const end = Math.min(now, begin + SIDE_SECONDS, ...times.filter(time => time > at))
  return {
    settlingSeconds: Math.max(0, begin - now),
    beforeSeconds: Math.round(Math.max(0, at - lastBefore)),
    afterSeconds: Math.round(Math.max(0, end - begin)),
    rows: rows.flatMap(({ column, ...row }) => {
      const before = timeline.mean(column, lastBefore, at)
      const after = timeline.mean(column, begin, end)
      return before === null || after === null || (before === 0 && after === 0) ? [] : [{ ...row, before, after }]
    })
  }
}

const secondsOf = ({ entry }: ChangeEvent): number => Date.parse(entry.at) / 1000
