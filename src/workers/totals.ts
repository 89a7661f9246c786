import { closeReasons, refusalReasons, zeroCounts } from '../contract/reasons.ts'
import type { ProcessReport } from '../contract/server-report.ts'
import type { BatchDurations, WorkerTotals } from '../contract/snapshot.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'

/** What a worker has done in all its processes, and what its process of now is. */
export interface WorkerFigures {
  readonly totals: WorkerTotals
  readonly batches: BatchDurations
  readonly process: ProcessReport | null
}

/**
 * Totals that survive restarts: what the processes before had counted when they ended is added to what the present one
 * says, so that no total ever goes down.
 */
export class LastingTotals {
  #ended: WorkerSnapshot | null = null
  #present: WorkerSnapshot | null = null

  get latest(): WorkerSnapshot | null {
    return this.#present
  }

  update(snapshot: WorkerSnapshot): void {
    this.#present = snapshot
  }

  /** The process is gone, and its connections with it. */
  processEnded(): void {
    if (this.#present === null) return
    const { totals, batches, process } = this.read()
    const { connectionsOpen } = totals
    const closed = { ...totals.closed, worker_lost: totals.closed.worker_lost + connectionsOpen }
    this.#ended = {
      ...this.#present,
      totals: { ...totals, closed, connectionsOpen: 0 },
      batches,
      process: process as ProcessReport
    }
    this.#present = null
  }

  read(): WorkerFigures {
    const present = this.#present
    const ended = this.#ended
    if (present === null) {
      // Between two processes the totals stand; memory, pid and the like are nobody's.
      return { totals: ended?.totals ?? noTotals(), batches: ended?.batches ?? noBatches, process: null }
    }
    if (ended === null) return { totals: present.totals, batches: present.batches, process: present.process }
    return {
      totals: addTotals(ended.totals, present.totals),
      batches: addBatches(ended.batches, present.batches),
      process: addProcess(ended.process, present.process)
    }
  }
}

export function noTotals(): WorkerTotals {
  return {
    connectionsAccepted: 0,
    connectionsOpen: 0,
    framesReceived: 0,
    framesSent: 0,
    bytesReceived: 0,
    bytesSent: 0,
    reads: 0,
    writes: 0,
    refused: zeroCounts(refusalReasons),
    closed: zeroCounts(closeReasons),
    handlerErrors: 0
  }
}

const noBatches: BatchDurations = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

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

const addEach = (a: readonly number[], b: readonly number[]): number[] => b.map((value, index) => value + (a[index] ?? 0))

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
