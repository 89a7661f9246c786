import { setTimeout as delay } from 'node:timers/promises'
import type { Switches } from '../../contract/optimizations.ts'
import type { WorkerTotals } from '../../contract/snapshot.ts'
import type { WorkerBlock } from '../../contract/worker-messages.ts'
import type { Reading, WorkerReading } from '../../experiments/block-window.ts'
import type { Watched } from '../../experiments/guards.ts'
import type { Bench } from '../../experiments/measure-blocks.ts'
import type { Turn } from '../../experiments/plan.ts'
import type { LoadFleet } from '../../loadgen/load-fleet.ts'
import { LatencyHistogram } from '../../telemetry/latency-histogram.ts'
import { gcSecondsOf } from '../rates.ts'
import type { SwitchHold } from '../switch-control.ts'
import { ignoreUnavailable } from '../worker-process.ts'
import type { WorkerSlot } from '../worker-slot.ts'

export interface ServerBenchOptions {
  readonly slots: readonly WorkerSlot[]
  readonly hold: SwitchHold
  /** Of each arm. */
  readonly switches: readonly Switches[]
  /** A hold that is not renewed for so long ends by itself. */
  readonly holdSeconds: number
  /** null is the traffic that there is. */
  readonly load: LoadFleet | null
  readonly onUse: (turn: Turn) => void
}

/** The workers of a running server, for whoever measures blocks. */
export class ServerBench implements Bench {
  readonly #options: ServerBenchOptions
  /** The processes that were there when it was first read: no other is measured. */
  #pids: ReadonlyMap<number, number> | null = null
  /** What each worker had counted in all its processes when it was last read. */
  #counted = new Map<number, WorkerTotals>()

  constructor(options: ServerBenchOptions) {
    this.#options = options
  }

  use(turn: Turn): Promise<void> {
    const { hold, switches, holdSeconds, onUse } = this.#options
    onUse(turn)
    const held = turn.map(({ arm, workers }) => ({ switches: switches[arm] as Switches, workers }))
    return hold.use(held, holdSeconds)
  }

  settle(): Promise<void> {
    return this.#tellAll('settle-measuring')
  }

  async read(): Promise<Reading> {
    const { slots, load } = this.#options
    const [readings, marked] = await Promise.all([Promise.all(slots.map(readSlot)), load?.mark() ?? null])
    this.#counted = new Map(slots.map(slot => [slot.id, slot.lasting.read().totals]))
    const all = readings.flat()
    const pids = this.#pids ?? new Map(all.map(([worker, { pid }]) => [worker, pid]))
    this.#pids = pids
    const same = all.filter(([worker, { pid }]) => pids.get(worker) === pid)
    return { workers: new Map(same), load: marked }
  }

  watch(worker: number, since: Reading): Watched | null {
    const before = since.workers.get(worker)
    const slot = this.#options.slots.find(({ id }) => id === worker)
    const counted = this.#counted.get(worker)
    const [process, ...others] = slot?.processes ?? []
    if (slot === undefined || counted === undefined || process?.pid !== before?.pid || others.length > 0) return null
    const { totals, process: figures } = slot.lasting.read()
    return {
      frames: totals.framesReceived - counted.framesReceived,
      errors: errorsOf(totals) - errorsOf(counted),
      rssBytes: figures?.rssBytes ?? 0
    }
  }

  sleep(seconds: number, signal: AbortSignal): Promise<void> {
    return delay(seconds * 1000, undefined, { signal })
  }

  /** The workers measure no more for it. */
  close(): Promise<void> {
    return this.#tellAll('stop-measuring')
  }

  async #tellAll(what: 'settle-measuring' | 'stop-measuring'): Promise<void> {
    const processes = this.#options.slots.flatMap(slot => slot.processes)
    await Promise.all(processes.map(process => process.request(what, null).catch(ignoreUnavailable)))
  }
}

/** Nothing of a worker that does not answer, or that is being replaced. */
async function readSlot(slot: WorkerSlot): Promise<[number, WorkerReading][]> {
  const [process, ...others] = slot.processes
  if (process === undefined || process.pid === null || others.length > 0) return []
  try {
    const block = await process.request('measure-block', null)
    return [[slot.id, readingOf(process.pid, block)]]
  } catch (error) {
    ignoreUnavailable(error)
    return []
  }
}

function readingOf(pid: number, { snapshot, ...block }: WorkerBlock): WorkerReading {
  const { totals, process, atMs } = snapshot
  return {
    pid,
    atMs,
    frames: totals.framesReceived,
    reads: totals.reads,
    writes: totals.writes,
    errors: errorsOf(totals),
    cpuSeconds: process.cpuUserSeconds + process.cpuSystemSeconds,
    gcSeconds: gcSecondsOf(process),
    allocatedBytes: block.allocatedBytes,
    externalBytes: block.externalBytes,
    rssBytes: process.rssBytes,
    loopDelaySeconds: block.loopDelaySeconds,
    batches: LatencyHistogram.fromJSON(block.batches)
  }
}

function errorsOf({ refused, handlerErrors }: WorkerTotals): number {
  return handlerErrors + Object.values(refused).reduce((sum, count) => sum + count, 0)
}
