import type { LoadFigures, LoadProgress } from '../contract/load-figures.ts'
import type { LoadRunReport, LoadRunRequest, LoadRunState } from '../contract/load-run.ts'
import { LoadBusyError, type Loads } from '../controlplane/loads.ts'
import type { LoadDefinition } from '../loadgen/load-definition.ts'
import { LoadFleet } from '../loadgen/load-fleet.ts'
import { KeptRuns } from '../workers/kept-runs.ts'
import type { LoadTarget } from '../workers/load-target.ts'

const RUNS_KEPT = 50

export interface LoadRunsOptions {
  /** The server, asked when a run begins. */
  target(): LoadTarget
  /** Something about a run is new. */
  onChange?(report: LoadRunReport): void
}

/** Load runs on the server that this process is the primary of: each in a process of its own, one at a time. */
export class LoadRuns implements Loads {
  readonly #options: LoadRunsOptions
  readonly #runs = new KeptRuns<Run>('load', RUNS_KEPT)
  #isClosed = false

  constructor(options: LoadRunsOptions) {
    this.#options = options
  }

  start(request: LoadRunRequest): LoadRunReport {
    const busy = this.#runs.current
    if (busy !== null) throw new LoadBusyError(busy.report.id)
    const run = this.#runs.begin(id => new Run(id, request, this.#options))
    if (this.#isClosed) run.kill()
    return run.report
  }

  list(): readonly LoadRunReport[] {
    return this.#runs.list()
  }

  find(id: string): LoadRunReport | null {
    return this.#runs.find(id)
  }

  remove(id: string): Promise<boolean> {
    return this.#runs.remove(id)
  }

  /** The server ends: no load goes on. */
  close(): void {
    this.#isClosed = true
    for (const run of this.#runs) run.kill()
  }
}

class Run {
  report: LoadRunReport
  isOver = false
  readonly #fleet: LoadFleet
  readonly #over: Promise<void>
  readonly #onChange: (report: LoadRunReport) => void
  #isCancelled = false

  constructor(id: string, request: LoadRunRequest, { target, onChange = () => {} }: LoadRunsOptions) {
    this.#onChange = onChange
    const none = { startedAt: null, finishedAt: null, progress: null, lastSecond: null, figures: null, problem: null }
    this.report = { id, state: 'queued', request, createdAt: new Date().toISOString(), ...none }
    this.#fleet = new LoadFleet(definitionOf(request, target()), request.processes, {
      onProgress: progress => this.#onProgress(progress)
    })
    onChange(this.report)
    this.#over = this.#run()
  }

  /** Resolves when it has ended. Who asks twice does not want to wait. */
  async cancel(): Promise<void> {
    if (this.#isCancelled) this.#fleet.kill()
    this.#isCancelled = true
    void this.#fleet.stop().catch(() => {})
    await this.#over
  }

  kill(): void {
    if (this.isOver) return
    this.#isCancelled = true
    this.#fleet.kill()
  }

  async #run(): Promise<void> {
    try {
      await this.#fleet.start()
      if (!this.#isCancelled) this.#change({ state: 'running', startedAt: new Date().toISOString() })
      this.#end('done', await this.#fleet.finished, this.#fleet.firstFault)
    } catch (error) {
      this.#end('failed', null, (error as Error).message)
    }
  }

  #end(state: LoadRunState, figures: LoadFigures | null, problem: string | null): void {
    this.isOver = true
    const finishedAt = new Date().toISOString()
    const reason = this.#isCancelled && figures === null ? null : problem
    this.#change({ state: this.#isCancelled ? 'cancelled' : state, figures, problem: reason, finishedAt })
  }

  #onProgress({ phase, elapsedMs, totalMs, connections, lastSecond }: LoadProgress): void {
    const totalSeconds = (totalMs ?? 0) / 1000
    this.#change({ progress: { phase, elapsedSeconds: elapsedMs / 1000, totalSeconds, connections }, lastSecond })
  }

  #change(change: Partial<LoadRunReport>): void {
    this.report = { ...this.report, ...change }
    this.#onChange(this.report)
  }
}

function definitionOf(request: LoadRunRequest, target: LoadTarget): LoadDefinition {
  const { connections, inFlight, payloadBytes, rate, arrival, seed } = request
  const milliseconds = (seconds: number): number => Math.round(seconds * 1000)
  return {
    ...target,
    connections,
    inFlight,
    payloadBytes,
    seed,
    durationMs: milliseconds(request.durationSeconds),
    warmUpMs: milliseconds(request.warmUpSeconds),
    rampMs: milliseconds(request.rampSeconds),
    ...(rate !== null && { rate, arrival })
  }
}

/** Where a server that listens on this address can be reached from its own machine. */
export function ownAddress(host: string): string {
  return host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
}
