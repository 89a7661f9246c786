import type { BatchFigures } from '../contract/events.ts'
import type { BatchDurations } from '../contract/snapshot.ts'

/** What batches lasted since it was last asked, from totals that only ever rise. */
export class BatchWindow {
  #before: BatchDurations = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

  /** Null when none ended meanwhile. */
  next(totals: readonly BatchDurations[]): BatchFigures | null {
    const now = totals.reduce(sumOf)
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
