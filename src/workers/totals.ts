import type { ProcessReport } from '../contract/server-report.ts'
import { type BatchDurations, noTotals, type SlowBatch, type WorkerTotals } from '../contract/snapshot.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'
import { gcSecondsOf } from './rates.ts'

/** What a worker has done in all its processes, and what its process of now is. */
export interface WorkerFigures {
  readonly totals: WorkerTotals
  readonly batches: BatchDurations
  readonly process: ProcessReport | null
}

const noBatches: BatchDurations = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

/**
 * Totals that survive restarts: what the processes before had counted when they ended is added to what those alive say, so
 * that no total ever goes down. Two are alive while one takes over from the other.
 */
export class LastingTotals {
  #ended: WorkerFigures = { totals: noTotals(), batches: noBatches, process: null }
  /** By how many processes there were before, so the newest comes last. */
  readonly #alive = new Map<number, WorkerSnapshot>()
  /** By the bucket they fall into, so that there are never more of them than buckets. */
  readonly #slowBatches = new Map<number, SlowBatch>()

  update(incarnation: number, snapshot: WorkerSnapshot): void {
    this.#alive.set(incarnation, snapshot)
    const { slowestBatch, batches } = snapshot
    if (slowestBatch === null) return
    const bucket = batches.boundsSeconds.findIndex(bound => slowestBatch.seconds <= bound)
    this.#slowBatches.set(bucket, slowestBatch)
  }

  /** The latest of each bucket that was the slowest of its moment. */
  get slowBatches(): readonly SlowBatch[] {
    return [...this.#slowBatches.values()]
  }

  /** The process is gone, and its connections with it. */
  processEnded(incarnation: number): void {
    const last = this.#alive.get(incarnation)
    if (last === undefined) return
    this.#alive.delete(incarnation)
    const { connectionsOpen } = last.totals
    const closed = { ...last.totals.closed, worker_lost: last.totals.closed.worker_lost + connectionsOpen }
    this.#ended = addFigures(this.#ended, { ...last, totals: { ...last.totals, closed, connectionsOpen: 0 } })
  }

  /** Of all its processes, also while there is none. */
  get spent(): { readonly cpuSeconds: number; readonly gcSeconds: number } {
    const spent = { cpuSeconds: 0, gcSeconds: 0 }
    for (const { process } of [this.#ended, ...this.#alive.values()]) {
      if (process === null) continue
      spent.cpuSeconds += process.cpuUserSeconds + process.cpuSystemSeconds
      spent.gcSeconds += gcSecondsOf(process)
    }
    return spent
  }

  read(): WorkerFigures {
    // Between two processes the totals stand; memory, pid and the like are nobody's.
    if (this.#alive.size === 0) return { ...this.#ended, process: null }
    const newestLast = [...this.#alive].sort(([a], [b]) => a - b)
    return newestLast.reduce((sum, [, snapshot]) => addFigures(sum, snapshot), this.#ended)
  }
}

function addFigures(a: WorkerFigures, b: WorkerSnapshot): WorkerFigures {
  return {
    totals: addTotals(a.totals, b.totals),
    batches: addBatches(a.batches, b.batches),
    process: a.process === null ? b.process : addProcess(a.process, b.process)
  }
}

/** Adds numbers field by field; both sides have the same fields. */
function addFields<Fields extends object>(a: Fields, b: Fields): Fields {
  const sum = Object.entries(b).map(([key, value]) => {
    const other = (a as Record<string, unknown>)[key]
    if (typeof value === 'number') return [key, value + (typeof other === 'number' ? other : 0)]
    return [key, addFields((other ?? {}) as object, value as object)]
  })
  return Object.fromEntries(sum) as Fields
}

export const addTotals = (a: WorkerTotals, b: WorkerTotals): WorkerTotals => addFields(a, b)

const addEach = (a: readonly number[], b: readonly number[]): number[] =>
  b.map((value, index) => value + (a[index] ?? 0))

function addBatches(a: BatchDurations, b: BatchDurations): BatchDurations {
  return {
    boundsSeconds: b.boundsSeconds,
    counts: addEach(a.counts, b.counts),
    count: a.count + b.count,
    sumSeconds: a.sumSeconds + b.sumSeconds
  }
}

/** Processor time and collections add up; memory and event loop are those of the present process. */
function addProcess(a: ProcessReport, b: ProcessReport): ProcessReport {
  const gc = Object.entries(b.gc).map(([kind, pauses]) => {
    const before = a.gc[kind as keyof ProcessReport['gc']]
    const buckets = addEach(before.buckets, pauses.buckets)
    return [kind, { count: before.count + pauses.count, seconds: before.seconds + pauses.seconds, buckets }]
  })
  return {
    ...b,
    cpuUserSeconds: a.cpuUserSeconds + b.cpuUserSeconds,
    cpuSystemSeconds: a.cpuSystemSeconds + b.cpuSystemSeconds,
    loopActiveSeconds: a.loopActiveSeconds + b.loopActiveSeconds,
    loopIdleSeconds: a.loopIdleSeconds + b.loopIdleSeconds,
    gc: Object.fromEntries(gc) as ProcessReport['gc']
  }
}
