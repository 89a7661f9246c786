import type { BatchFigures } from '../contract/events.ts'
import type { BatchDurations } from '../contract/snapshot.ts'

/** What batches lasted since it was last asked, of each worker and of all, from totals that only ever rise. */
export class BatchWindows {
  readonly #all = new BatchWindow()
  readonly #each = new Map<number, BatchWindow>()

  next(totals: ReadonlyMap<number, BatchDurations>): {
    readonly all: BatchFigures | null
    readonly each: ReadonlyMap<number, BatchFigures | null>
  } {
    const each = [...totals].map(([worker, now]) => [worker, this.#of(worker).next(now)] as const)
    return { all: this.#all.next([...totals.values()].reduce(sumOf)), each: new Map(each) }
  }

  #of(worker: number): BatchWindow {
    const known = this.#each.get(worker) ?? new BatchWindow()
    this.#each.set(worker, known)
    return known
  }
}

class BatchWindow {
  #before: BatchDurations = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

  /** Null when none ended meanwhile. */
  next(now: BatchDurations): BatchFigures | null {
    const before = this.#before
    this.#before = now
    const count = now.count - before.count
    if (count <= 0) return null
    const counts = now.counts.map((value, index) => value - (before.counts[index] ?? 0))
    return {
      perSecond: count,
      meanMicroseconds: ((now.sumSeconds - before.sumSeconds) / count) * 1e6,
      p99Microseconds: quantile(now.boundsSeconds, counts, count, 0.99) * 1e6
    }
  }
}

function sumOf(a: BatchDurations, b: BatchDurations): BatchDurations {
  // One that has no process yet has no bounds either.
  if (a.boundsSeconds.length === 0) return b
  if (b.boundsSeconds.length === 0) return a
  return {
    boundsSeconds: a.boundsSeconds,
    counts: a.counts.map((value, index) => value + (b.counts[index] ?? 0)),
    count: a.count + b.count,
    sumSeconds: a.sumSeconds + b.sumSeconds
  }
}

/** Of cumulative counts, as Prometheus has it: evenly spread within a bucket; what is above the last bound counts as that. */
function quantile(bounds: readonly number[], counts: readonly number[], total: number, part: number): number {
  const rank = total * part
  const index = counts.findIndex(value => value >= rank)
  if (index === -1) return bounds.at(-1) ?? 0
  const from = index === 0 ? 0 : (bounds[index - 1] as number)
  const below = index === 0 ? 0 : (counts[index - 1] as number)
  const inside = (counts[index] as number) - below
  return from + ((bounds[index] as number) - from) * (inside === 0 ? 1 : (rank - below) / inside)
}
