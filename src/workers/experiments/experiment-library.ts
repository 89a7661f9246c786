import { randomInt } from 'node:crypto'
import type { Actor } from '../../contract/audit.ts'
import type {
  ExperimentEvent,
  ExperimentReport,
  ExperimentRequest,
  ExperimentSummary
} from '../../contract/experiment.ts'
import { ExperimentBusyError, type Experiments, type Page } from '../../controlplane/experiments.ts'
import { benchmarkFormat } from '../../experiments/report/benchmark-format.ts'
import { reportPage } from '../../experiments/report/report-page.ts'
import { environmentNow } from '../environment.ts'
import type { LoadTarget } from '../load-target.ts'
import type { SwitchLayers } from '../switch-layers.ts'
import type { WorkerSlot } from '../worker-slot.ts'
import { type ExperimentGround, ExperimentJob } from './experiment-job.ts'
import { ExperimentStore } from './experiment-store.ts'
import { isAlive, thisProcess } from './record-owner.ts'
import { repeatCommand } from './repeat-command.ts'
import { resolveArms } from './resolve-arms.ts'
import type { SwitchLoans } from './switch-loans.ts'

export interface ExperimentLibraryOptions {
  readonly slots: readonly WorkerSlot[]
  readonly layers: SwitchLayers
  readonly loans: SwitchLoans
  readonly profiles: ExperimentGround['profiles']
  /** Where load is driven to, asked when an experiment begins. */
  readonly target: () => LoadTarget
  /** Of the control plane. */
  readonly url: () => string
  readonly dataDir: string
  /** Of framelab. */
  readonly version: string
  readonly onFault: (error: unknown) => void
  readonly onEvent: (event: ExperimentEvent) => void
  /** One was asked for, has ended or was deleted. */
  readonly onRequest: (what: 'experiment' | 'unexperiment', target: string, actor: Actor) => void
}

const ITSELF: Actor = { by: 'framelab', reason: null }
const LARGEST_SEED = 2 ** 32
const SERVER_ENDED = 'the server ended during it'

/** Does experiments, one at a time, and keeps what came of them. */
export class ExperimentLibrary implements Experiments {
  readonly #options: ExperimentLibraryOptions
  readonly #store: ExperimentStore
  /** The one under way, or the last one. */
  #job: ExperimentJob | null = null

  constructor(options: ExperimentLibraryOptions) {
    this.#options = options
    this.#store = new ExperimentStore(options.dataDir)
  }

  page(report: ExperimentReport, flameGraph: Page | null): Page {
    return reportPage(report, { flameGraph })
  }

  benchmark(report: ExperimentReport): string {
    return benchmarkFormat(report)
  }

  get underWay(): { id: string; drivesLoad: boolean } | null {
    if (this.#job?.isUnderWay !== true) return null
    const { id, request } = this.#job.report
    return { id, drivesLoad: request.load !== 'live' }
  }

  /** Index of the arm in force, by worker; empty when there is none. */
  get armOf(): ReadonlyMap<number, number> {
    return this.#job?.armOf ?? new Map()
  }

  async start(request: ExperimentRequest, actor = ITSELF): Promise<ExperimentReport> {
    if (this.#job?.isUnderWay === true) throw new ExperimentBusyError(this.#job.report.id)
    const { slots, layers, loans, profiles, target, url, version, onFault } = this.#options
    const arms = resolveArms(request, layers)
    const id = this.#store.newId()
    const seed = request.seed ?? randomInt(LARGEST_SEED)
    const report: ExperimentReport = {
      id,
      state: 'queued',
      progress: 0,
      sentence: 'It is about to begin.',
      error: null,
      seed,
      request,
      arms,
      createdAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
      remainingSeconds: null,
      verdicts: {},
      comparisons: [],
      selfTest: null,
      profiles: [],
      environment: environmentNow(version, slots.length),
      command: repeatCommand(request, seed, url()),
      blocks: []
    }
    const name = `experiment ${id}`
    const job = new ExperimentJob(report, {
      slots,
      loan: loans.lend({ by: name, reason: request.label }, 'experiment'),
      target: target(),
      profiles,
      save: (now, isUnderWay) => this.#store.save(now, isUnderWay ? thisProcess() : null),
      onChange: (now, block) => this.#options.onEvent(eventOf(now, block)),
      onFault
    })
    this.#job = job
    this.#options.onRequest('experiment', name, actor)
    this.#options.onEvent(eventOf(report, null))
    void job.ended.then(() => {
      const { state, error } = job.report
      this.#options.onRequest('unexperiment', name, { ...ITSELF, reason: error ?? state })
    })
    await job.kept
    return job.current
  }

  async list(): Promise<readonly ExperimentSummary[]> {
    const kept = (await this.#store.list()).map(({ summary }) => summary)
    const latest = this.#latest()
    if (latest === null) return kept
    const { blocks: _blocks, ...summary } = latest
    return [summary, ...kept.filter(({ id }) => id !== summary.id)]
  }

  async find(id: string): Promise<ExperimentReport | null> {
    const latest = this.#latest()
    return latest?.id === id ? latest : await this.#store.find(id)
  }

  async remove(id: string, actor = ITSELF): Promise<boolean> {
    const job = this.#job
    if (job?.report.id === id && job.isUnderWay) {
      job.stop('cancelled', `by ${actor.by}`)
      await job.ended
      return true
    }
    const isLatest = job?.report.id === id
    if (isLatest) this.#job = null
    const isRemoved = (await this.#store.remove(id)) || isLatest
    if (isRemoved) this.#options.onRequest('unexperiment', `experiment ${id}`, actor)
    return isRemoved
  }

  /** Resolves when none is under way any more, and the last one is kept. */
  async settled(): Promise<void> {
    await this.#job?.ended
  }

  /** What a process of this server that is no more was doing has failed. */
  async recover(): Promise<void> {
    for (const { id, owner } of await this.#store.list()) {
      if (owner === null || isAlive(owner)) continue
      const report = await this.#store.find(id)
      if (report !== null) await this.#store.save(failed(report), null)
    }
  }

  /** The last one is known here whether or not it could be kept; what is kept of one under way is older. */
  #latest(): ExperimentReport | null {
    return this.#job?.current ?? null
  }
}

function failed(report: ExperimentReport): ExperimentReport {
  const finishedAt = new Date().toISOString()
  const sentence = `Failed: ${SERVER_ENDED}.`
  return { ...report, state: 'failed', error: SERVER_ENDED, sentence, finishedAt, remainingSeconds: null }
}

function eventOf(report: ExperimentReport, block: ExperimentEvent['block']): ExperimentEvent {
  const { id, state, progress, sentence, error, startedAt, finishedAt, remainingSeconds, request, arms } = report
  const names = arms.map(({ name }) => name)
  const { label } = request
  return { id, state, progress, sentence, error, startedAt, finishedAt, remainingSeconds, label, arms: names, block }
}
