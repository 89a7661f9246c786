import type { LabMetrics } from '../../contract/server-report.ts'

export type Labels = Readonly<Record<string, string>>

/** What metrics are made of: taken once a scrape, so that all figures of an answer belong together. */
export interface Scrape extends LabMetrics {
  /** By process id; processes that cannot be looked into are missing. */
  readonly openFiles: ReadonlyMap<number, number>
}

/** A distribution, as Prometheus has it: `counts[i]` values are at most `bounds[i]`. */
export interface Distribution {
  readonly bounds: readonly number[]
  readonly counts: readonly number[]
  readonly count: number
  readonly sum: number
  readonly exemplars?: readonly Exemplar[]
}

/** One value of a distribution with what leads to its cause, which is no label: it may be different each time. */
export interface Exemplar {
  readonly labelSet: Labels
  readonly value: number
  /** Since the Unix epoch, in seconds. */
  readonly timestamp: number
}

/** One metric: its name, and how its samples are read. No sample for what is not known. */
export interface Family<Value = number> {
  readonly name: string
  readonly help: string
  readonly labels: readonly string[]
  readonly samples: (scrape: Scrape) => Iterable<readonly [labels: Labels, value: Value]>
}

export interface Families {
  readonly counters: readonly Family[]
  readonly gauges: readonly Family[]
  readonly histograms: readonly Family<Distribution>[]
}
