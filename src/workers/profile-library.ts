import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { ProfileReport, ProfileRequest } from '../contract/profile.ts'
import { UnavailableError, UnknownWorkerError } from '../controlplane/lab.ts'
import { type CapturedProfile, type Profiles, ProfilingBusyError } from '../controlplane/profiles.ts'
import { isProfileReport } from '../controlplane/schemas/profiles.ts'
import { ProfileStore } from '../profiling/profile-store.ts'
import type { CapturePlan } from './profile-capture.ts'
import { ProfileJob } from './profile-job.ts'
import { commonSwitches } from './profile-report.ts'
import type { ProfiledServer } from './profile-run.ts'

const STORE_LIMITS = { maxProfiles: 200, maxBytes: 256 * 1024 * 1024 }
/** Profiles that came to nothing are remembered so that whoever asked can see why, but not for ever. */
const ENDED_KEPT = 50
const LONGEST_QUIET_SECONDS = 1

export interface ProfileLibraryOptions {
  readonly server: ProfiledServer
  readonly workers: readonly number[]
  readonly dataDir: string
  /** Of framelab. */
  readonly version: string
  readonly onFault: (error: unknown) => void
}

/** Takes profiles, one at a time on each worker, and keeps them. */
export class ProfileLibrary implements Profiles {
  readonly #options: ProfileLibraryOptions
  readonly #store: ProfileStore<ProfileReport>
  /** Under way, or ended without a profile; oldest first. */
  readonly #jobs = new Map<string, { readonly job: ProfileJob; readonly ended: Promise<unknown> }>()
  /** Workers under a profiler, and for whom. */
  readonly #busy = new Map<number, string>()

  constructor(options: ProfileLibraryOptions) {
    this.#options = options
    this.#store = new ProfileStore(join(options.dataDir, 'profiles'), STORE_LIMITS, isProfileReport)
  }

  start(request: ProfileRequest): ProfileReport {
    const { report, plan } = this.#plan(request, Math.min(LONGEST_QUIET_SECONDS, request.seconds / 2), false)
    const job = new ProfileJob(report, plan)
    const ended = this.#run(job, ({ report: done, captures }) => this.#store.save(done, captures)).then(profile => {
      if (profile !== null) this.#jobs.delete(report.id)
    })
    this.#jobs.set(report.id, { job, ended })
    this.#forgetOldJobs()
    return report
  }

  async capture(
    request: ProfileRequest & { readonly onlyLive: boolean },
    signal: AbortSignal
  ): Promise<CapturedProfile> {
    const { report, plan } = this.#plan(request, 0, request.onlyLive)
    const job = new ProfileJob(report, plan)
    const cancel = (): void => job.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    const profile = await this.#run(job, async () => {})
    signal.removeEventListener('abort', cancel)
    signal.throwIfAborted()
    if (profile === null) throw new UnavailableError(job.report.error ?? 'the profile was not taken')
    return profile
  }

  async list(): Promise<readonly ProfileReport[]> {
    const stored = await this.#store.list()
    const known = new Set(stored.map(({ id }) => id))
    const jobs = [...this.#jobs.values()].map(({ job }) => job.report).filter(({ id }) => !known.has(id))
    return [...jobs, ...stored].sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  async find(id: string): Promise<ProfileReport | null> {
    return this.#jobs.get(id)?.job.report ?? (await this.#store.find(id))
  }

  async read(id: string): Promise<CapturedProfile | null> {
    const report = await this.#store.find(id)
    if (report === null) return null
    return { report, captures: (await this.#store.content(id)) as CapturedProfile['captures'] }
  }

  async remove(id: string): Promise<boolean> {
    const entry = this.#jobs.get(id)
    if (entry === undefined) return this.#store.remove(id)
    if (entry.job.isUnderWay) {
      entry.job.cancel()
      await entry.ended
      // It may have been done just before.
      return this.#jobs.has(id) || this.#store.remove(id)
    }
    return this.#jobs.delete(id)
  }

  /** Ends all that is under way. */
  stop(): void {
    for (const { job } of this.#jobs.values()) job.cancel()
  }

  #plan(
    request: ProfileRequest,
    quietSeconds: number,
    onlyLive: boolean
  ): { report: ProfileReport; plan: CapturePlan } {
    const workers = this.#idleWorkers(request.workers)
    const { server, version } = this.#options
    const { kind, seconds, label } = request
    const id = newId()
    const report: ProfileReport = {
      id,
      kind,
      state: 'queued',
      progress: 0,
      label,
      seconds,
      workers,
      createdAt: new Date().toISOString(),
      startedAt: null,
      finishedAt: null,
      error: null,
      framelab: version,
      node: process.version,
      revision: server.revision(),
      revisionAfter: null,
      switches: commonSwitches(workers.map(worker => server.switchesOf(worker))),
      changedMeanwhile: false,
      frames: 0,
      bytesReceived: 0,
      bytesSent: 0,
      cpuSeconds: 0,
      gcSeconds: 0,
      connections: 0,
      framesPerSecond: 0,
      capturedSeconds: 0,
      sampled: { amount: 0, unit: kind === 'cpu' ? 'seconds' : 'bytes' },
      buffers: { before: 0, after: 0, allocatedAtLeast: 0 },
      cost: null,
      workerFigures: []
    }
    return { report, plan: { id, kind, seconds, quietSeconds, onlyLive } }
  }

  #idleWorkers(asked: readonly number[] | null): number[] {
    const known = this.#options.workers
    const workers = [...new Set(asked ?? known)]
    for (const [index, worker] of (asked ?? known).entries()) {
      if (!known.includes(worker)) throw new UnknownWorkerError(worker, index, known)
    }
    for (const worker of workers) {
      const by = this.#busy.get(worker)
      if (by !== undefined) throw new ProfilingBusyError(worker, by)
    }
    return workers
  }

  async #run(job: ProfileJob, keep: (profile: CapturedProfile) => Promise<void>): Promise<CapturedProfile | null> {
    const { id, workers } = job.report
    for (const worker of workers) this.#busy.set(worker, id)
    try {
      return await job.run(this.#options.server, keep, this.#options.onFault)
    } finally {
      for (const worker of workers) this.#busy.delete(worker)
    }
  }

  #forgetOldJobs(): void {
    const ended = [...this.#jobs].filter(([, { job }]) => !job.isUnderWay)
    for (const [id] of ended.slice(0, -ENDED_KEPT)) this.#jobs.delete(id)
  }
}

/** Begins with the time, so that ids sort by age. */
function newId(): string {
  return `${Date.now().toString(36).padStart(9, '0')}${randomBytes(4).toString('hex')}`
}
