import { join } from 'node:path'
import type { Actor } from '../contract/audit.ts'
import type { ProfileReport, ProfileRequest } from '../contract/profile.ts'
import { UnavailableError, UnknownWorkerError } from '../controlplane/lab.ts'
import { type CapturedProfile, DamagedProfileError, type LiveRequest, type Profiles } from '../controlplane/profiles.ts'
import { isProfileReport } from '../controlplane/schemas/profiles.ts'
import { readProfile } from '../profiling/read-profile.ts'
import { samplingInterval } from '../profiling/v8-capture.ts'
import { arrayAt, idAt, objectAt } from '../profiling/v8-profile.ts'
import { FileStore } from './file-store.ts'
import type { CapturePlan } from './profile-capture.ts'
import { ProfileJob } from './profile-job.ts'
import { commonSwitches } from './profile-report.ts'
import type { ProfiledServer } from './profile-run.ts'
import { ProfilerTurns } from './profiler-turns.ts'

const STORE_LIMITS = { maxEntries: 200, maxBytes: 256 * 1024 * 1024 }
/** Profiles that came to nothing are remembered so that whoever asked can see why, but not for ever. */
const ENDED_KEPT = 50
const LONGEST_QUIET_SECONDS = 1
const MOST_WORKERS = 1024

export interface ProfileLibraryOptions {
  readonly server: ProfiledServer
  readonly workers: readonly number[]
  readonly dataDir: string
  /** Of framelab. */
  readonly version: string
  readonly onFault: (error: unknown) => void
  /** A profile that will be kept has begun, or has ended, however. */
  readonly onChange: (report: ProfileReport) => void
  /** One was asked for, cancelled or deleted: `what` was done to `target`. */
  readonly onRequest: (what: 'profile' | 'unprofile', target: string, actor: Actor) => void
}

const ITSELF: Actor = { by: 'framelab', reason: null }

/** Takes profiles, one at a time on each worker, and keeps them. */
export class ProfileLibrary implements Profiles {
  readonly #options: ProfileLibraryOptions
  readonly #store: FileStore<ProfileReport>
  /** Under way, or ended without a profile; oldest first. */
  readonly #jobs = new Map<string, { readonly job: ProfileJob; readonly ended: Promise<unknown> }>()
  readonly #turns = new ProfilerTurns()

  constructor(options: ProfileLibraryOptions) {
    this.#options = options
    this.#store = new FileStore(join(options.dataDir, 'profiles'), STORE_LIMITS, isProfileReport)
  }

  start(request: ProfileRequest, actor = ITSELF): ProfileReport {
    const { report, plan } = this.#plan(request, Math.min(LONGEST_QUIET_SECONDS, request.seconds / 2), false)
    const { id, kind, workers } = report
    const free = this.#turns.take(workers, { kind, isAlone: true, name: `profile '${id}'` })
    const job = new ProfileJob(report, plan, request.abandonAfterSeconds ?? null)
    const ended = this.#run(job, free, ({ report: done, captures }) => this.#store.save(done, captures)).then(
      profile => {
        if (profile !== null) this.#jobs.delete(id)
        this.#options.onChange(job.report)
      }
    )
    this.#jobs.set(id, { job, ended })
    this.#forgetOldJobs()
    this.#options.onRequest('profile', targetOf(report), actor)
    this.#options.onChange(job.report)
    return report
  }

  async capture(request: LiveRequest, signal: AbortSignal): Promise<CapturedProfile> {
    const { report, plan } = this.#plan(request, 0, request.onlyLive)
    const { kind, workers } = report
    const free = this.#turns.take(workers, { kind, isAlone: false, name: 'a fetch from /debug/pprof' })
    const job = new ProfileJob(report, plan, null)
    const cancel = (): void => job.cancel()
    signal.addEventListener('abort', cancel, { once: true })
    if (signal.aborted) cancel()
    const profile = await this.#run(job, free, async () => {})
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
    const job = this.#jobs.get(id)?.job
    job?.touch()
    return job?.report ?? (await this.#store.find(id))
  }

  async read(id: string): Promise<CapturedProfile | null> {
    const report = await this.#store.find(id)
    if (report === null) return null
    try {
      const captures = capturesOf(await this.#store.content(id))
      for (const { profile } of captures) readProfile(report.kind, profile)
      return { report, captures }
    } catch (cause) {
      throw new DamagedProfileError(id, cause as Error)
    }
  }

  async remove(id: string, actor = ITSELF): Promise<boolean> {
    const report = this.#jobs.get(id)?.job.report ?? (await this.#store.find(id))
    const isRemoved = await this.#removeNow(id)
    if (isRemoved && report !== null) this.#options.onRequest('unprofile', targetOf(report), actor)
    return isRemoved
  }

  async #removeNow(id: string): Promise<boolean> {
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
    const workers = this.#knownWorkers(request.workers)
    const { server, version } = this.#options
    const { kind, seconds, label } = request
    const interval = (kind === 'cpu' && request.intervalMicroseconds) || samplingInterval(kind, seconds)
    const id = this.#store.newId()
    const report: ProfileReport = {
      id,
      kind,
      state: 'queued',
      progress: 0,
      label,
      seconds,
      sampling: { interval, unit: kind === 'cpu' ? 'microseconds' : 'bytes' },
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
      reads: 0,
      writes: 0,
      cpuSeconds: 0,
      gcSeconds: 0,
      gcCollections: 0,
      loopUtilization: 0,
      connections: 0,
      framesPerSecond: 0,
      capturedSeconds: 0,
      sampled: { amount: 0, unit: kind === 'cpu' ? 'seconds' : 'bytes' },
      buffers: { before: 0, after: 0, allocatedAtLeast: 0 },
      cost: null,
      workerFigures: []
    }
    return { report, plan: { id, kind, seconds, interval, quietSeconds, onlyLive } }
  }

  #knownWorkers(asked: readonly number[] | null): number[] {
    const known = this.#options.workers
    for (const [index, worker] of (asked ?? []).entries()) {
      if (!known.includes(worker)) throw new UnknownWorkerError(worker, index, known)
    }
    return [...new Set(asked ?? known)]
  }

  async #run(
    job: ProfileJob,
    free: () => void,
    keep: (profile: CapturedProfile) => Promise<void>
  ): Promise<CapturedProfile | null> {
    return job.run(this.#options.server, keep, this.#options.onFault).finally(free)
  }

  #forgetOldJobs(): void {
    const ended = [...this.#jobs].filter(([, { job }]) => !job.isUnderWay)
    for (const [id] of ended.slice(0, -ENDED_KEPT)) this.#jobs.delete(id)
  }
}

/** What was stored, without a look into the profiles themselves. */
function capturesOf(content: unknown): CapturedProfile['captures'] {
  const captures = arrayAt(content, 'the content', MOST_WORKERS)
  return captures.map((entry, index) => {
    const { worker, profile } = objectAt(entry, `[${index}]`)
    return { worker: idAt(worker, `[${index}].worker`), profile }
  })
}

/** `workers 1, 2 (cpu, 5 s, ID)`, for the audit. */
function targetOf({ id, kind, seconds, workers }: ProfileReport): string {
  return `${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')} (${kind}, ${seconds} s, ${id})`
}
