import { performance } from 'node:perf_hooks'
import type { ProfileReport } from '../contract/profile.ts'
import { UnavailableError } from '../controlplane/lab.ts'
import type { CapturedProfile } from '../controlplane/profiles.ts'
import { MalformedProfileError } from '../profiling/malformed-profile-error.ts'
import { CaptureFailedError, type CapturePlan } from './profile-capture.ts'
import { type ProfiledServer, runProfile } from './profile-run.ts'

/**
 * One profile, from the request for it to its end.
 *
 *   queued → running → done | failed | cancelled
 */
export class ProfileJob {
  readonly #abort = new AbortController()
  readonly #plan: CapturePlan
  readonly #abandonAfterMs: number | null
  #abandonment: NodeJS.Timeout | undefined
  #report: ProfileReport
  #startedMs = 0

  constructor(report: ProfileReport, plan: CapturePlan, abandonAfterSeconds: number | null) {
    this.#report = report
    this.#plan = plan
    this.#abandonAfterMs = abandonAfterSeconds === null ? null : abandonAfterSeconds * 1000
    this.touch()
  }

  /** Somebody still wants to know how it goes. */
  touch(): void {
    clearTimeout(this.#abandonment)
    if (this.#abandonAfterMs === null || !this.isUnderWay) return
    this.#abandonment = setTimeout(() => this.cancel(), this.#abandonAfterMs).unref()
  }

  get report(): ProfileReport {
    if (this.#report.state !== 'running') return this.#report
    const plannedMs = (this.#plan.seconds + 2 * this.#plan.quietSeconds) * 1000
    // What comes after, to stop and to store, takes a while of its own.
    return { ...this.#report, progress: Math.min(0.99, (performance.now() - this.#startedMs) / plannedMs) }
  }

  get isUnderWay(): boolean {
    return this.#report.state === 'queued' || this.#report.state === 'running'
  }

  /** Ends as `cancelled`, unless it has ended already. */
  cancel(): void {
    this.#abort.abort()
  }

  /**
   * Runs to its end and has `keep` store what came of it; only then it is done. `onFault` is told of what nobody could have
   * foreseen. Never rejects.
   */
  async run(
    server: ProfiledServer,
    keep: (profile: CapturedProfile) => Promise<void>,
    onFault: (error: unknown) => void
  ): Promise<CapturedProfile | null> {
    this.#startedMs = performance.now()
    this.#report = { ...this.#report, state: 'running', startedAt: new Date().toISOString() }
    try {
      const profile = await runProfile(server, this.#report, this.#plan, this.#abort.signal)
      await keep(profile)
      this.#report = profile.report
      return profile
    } catch (error) {
      const finishedAt = new Date().toISOString()
      const { progress } = this.report
      if (this.#abort.signal.aborted) {
        this.#report = { ...this.#report, state: 'cancelled', progress, finishedAt }
      } else {
        const isForeseen =
          error instanceof CaptureFailedError || error instanceof UnavailableError || MalformedProfileError.is(error)
        if (!isForeseen) onFault(error)
        this.#report = { ...this.#report, state: 'failed', progress, finishedAt, error: (error as Error).message }
      }
      return null
    } finally {
      clearTimeout(this.#abandonment)
    }
  }
}
