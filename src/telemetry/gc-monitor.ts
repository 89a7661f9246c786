import { constants, type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'

const kindNames: Readonly<Record<number, GcKind>> = {
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb'
}

export const gcKinds = ['major', 'minor', 'incremental', 'weakcb'] as const
export type GcKind = (typeof gcKinds)[number]

/** Upper bounds of the pause histogram in seconds. They begin at 50 µs, where the pauses of a busy young generation lie. */
export const gcPauseBoundsSeconds = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1
]

export interface GcPauses {
  count: number
  seconds: number
  /** How many pauses lasted at most the bound of the same index; not cumulative over bounds. */
  readonly buckets: number[]
}

export type GcFigures = Record<GcKind, GcPauses>

/** Counts every collection of this process. An observer's callback brings a batch of entries, and each one counts. */
export class GcMonitor {
  readonly figures: GcFigures = { major: noPauses(), minor: noPauses(), incremental: noPauses(), weakcb: noPauses() }
  readonly #observer = new PerformanceObserver(list => this.#count(list.getEntries()))

  start(): void {
    this.#observer.observe({ entryTypes: ['gc'] })
  }

  stop(): void {
    this.#observer.disconnect()
  }

  /** All pauses up to now, those included whose callback has not come yet. */
  read(): GcFigures {
    this.#count(this.#observer.takeRecords())
    return this.figures
  }

  /** Of all kinds, up to now. */
  get count(): number {
    const figures = this.read()
    return gcKinds.reduce((sum, kind) => sum + figures[kind].count, 0)
  }

  #count(entries: readonly PerformanceEntry[]): void {
    for (const entry of entries) {
      const kind =
        kindNames[(entry as PerformanceEntry & { detail: NodeGCPerformanceDetail }).detail.kind ?? -1] ?? 'major'
      const seconds = entry.duration / 1000
      const pauses = this.figures[kind]
      pauses.count++
      pauses.seconds += seconds
      const isWithin = (bound: number): boolean => seconds <= bound
      const bucket = gcPauseBoundsSeconds.findIndex(isWithin)
      if (bucket >= 0) pauses.buckets[bucket] = (pauses.buckets[bucket] ?? 0) + 1
    }
  }
}

function noPauses(): GcPauses {
  return { count: 0, seconds: 0, buckets: gcPauseBoundsSeconds.map(() => 0) }
}
