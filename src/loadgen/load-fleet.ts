import { loadDefaults } from '../contract/load-bounds.ts'
import type { LoadFigures, LoadProgress } from '../contract/load-figures.ts'
import { figuresOf, type LoadSlice, mergeHistograms, mergeSlices } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import { LoadProcess } from './load-process.ts'
import { type LoadInterval, LoadRun, type RunProgress } from './load-run.ts'
import { progressOf } from './progress.ts'
import { Rows } from './rows.ts'

export interface LoadFleetOptions {
  /** Called once a second while Submits are sent. */
  onProgress?(progress: LoadProgress): void
  onInterval?(interval: LoadInterval): void
  /** A run of one process is done in this one. */
  readonly inThisProcess?: boolean
}

interface Member {
  readonly finalSlice: Promise<LoadSlice>
  readonly firstFault: string | null
  connect(): Promise<void>
  begin(): void
  markSlice(): LoadSlice | Promise<LoadSlice>
  stop(): unknown
  kill(): void
}

interface MemberListener {
  onProgress(progress: RunProgress): void
  onInterval(interval: LoadInterval): void
}

/**
 * One load run, divided over processes that begin together. Their figures are merged exactly: counts and histograms are
 * added up, and percentiles are taken from the sum.
 */
export class LoadFleet {
  /** The final figures, whatever ended the run. Rejects when a process died. */
  readonly finished: Promise<LoadFigures>
  readonly #members: readonly Member[]

  constructor(definition: LoadDefinition, processes: number, options: LoadFleetOptions = {}) {
    const shares = sharesOf(definition, processes)
    const progress = new Rows<RunProgress>(shares.length, row => options.onProgress?.(progressOf(definition, row)))
    const intervals = new Rows<LoadInterval>(shares.length, row => options.onInterval?.(mergeIntervals(row)))
    const isHere = shares.length === 1 && options.inThisProcess === true
    this.#members = shares.map((share, index) => {
      const listener = {
        onProgress: (report: RunProgress) => progress.add(index, report),
        onInterval: (interval: LoadInterval) => intervals.add(index, interval)
      }
      return isHere ? new LoadRun(share, listener) : otherProcess(share, listener)
    })
    this.finished = this.#finish(intervals)
    this.finished.catch(() => this.kill())
  }

  /** What went wrong first, in words; null when nothing did. */
  get firstFault(): string | null {
    return this.#members.map(({ firstFault }) => firstFault).find(fault => fault !== null) ?? null
  }

  /** Resolves when Submits are being sent. Rejects when a process could not open one connection; it is finished then. */
  async start(): Promise<void> {
    const connected = await Promise.allSettled(this.#members.map(member => member.connect()))
    const failed = connected.find(outcome => outcome.status === 'rejected')
    if (failed !== undefined) {
      void this.stop()
      throw failed.reason
    }
    for (const member of this.#members) member.begin()
  }

  /** The figures since the last mark, or since sending began. Rejects when a process has died or the run has finished. */
  async mark(): Promise<LoadFigures> {
    return figuresOf(mergeSlices(await Promise.all(this.#members.map(member => member.markSlice()))))
  }

  /** Lets nothing more become due, and waits for what is outstanding, 5 s at most. */
  stop(): Promise<LoadFigures> {
    for (const member of this.#members) void member.stop()
    return this.finished
  }

  /** Ends it now. */
  kill(): void {
    for (const member of this.#members) member.kill()
  }

  async #finish(intervals: Rows<LoadInterval>): Promise<LoadFigures> {
    const slices = await Promise.all(this.#members.map(({ finalSlice }) => finalSlice))
    intervals.flush()
    return figuresOf(mergeSlices(slices))
  }
}

function otherProcess(definition: LoadDefinition, { onProgress, onInterval }: MemberListener): Member {
  const process = new LoadProcess({ onRunProgress: onProgress, onInterval })
  return {
    finalSlice: process.finalSlice,
    get firstFault() {
      return process.firstFault
    },
    connect: () => process.connect(definition),
    begin: () => process.begin(),
    markSlice: () => process.markSlice(),
    stop: () => process.stop().catch(() => {}),
    kill: () => process.kill()
  }
}

/** Connections and rate divided as evenly as can be; never more processes than connections. */
export function sharesOf(definition: LoadDefinition, processes: number): LoadDefinition[] {
  const count = Math.min(processes, definition.connections)
  if (count === 1) return [definition]
  let firstConnection = definition.firstConnection ?? 0
  return Array.from({ length: count }, (_, index) => {
    const connections = Math.floor((definition.connections + index) / count)
    const { rate, seed = 0, arrival = loadDefaults.arrival } = definition
    // In proportion to the connections, so that each of them has the same rate. Constant arrivals take turns.
    const share = rate === undefined ? {} : { rate: (rate * connections) / definition.connections, arrival }
    const phase = index / count
    const part = {
      ...definition,
      ...share,
      connections,
      firstConnection,
      phase,
      seed: (seed + index * 0x9e3779b9) >>> 0
    }
    firstConnection += connections
    return part
  })
}

function mergeIntervals(row: readonly LoadInterval[]): LoadInterval {
  return {
    startMs: Math.min(...row.map(({ startMs }) => startMs)),
    lengthMs: Math.max(...row.map(({ lengthMs }) => lengthMs)),
    latency: mergeHistograms(row.map(({ latency }) => latency))
  }
}
