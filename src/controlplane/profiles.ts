import type { ProfileReport, ProfileRequest } from '../contract/profile.ts'

/** A profile with what V8 gave, worker by worker; names and places are those of the sources. */
export interface CapturedProfile {
  readonly report: ProfileReport
  /** A `.cpuprofile` or a `.heapprofile` each, as `report.kind` says. */
  readonly captures: readonly { readonly worker: number; readonly profile: unknown }[]
}

/** The profiles of the running server, as the routes see them. */
export interface Profiles {
  /** Begins to capture; does not wait for it. Throws UnknownWorkerError or ProfilingBusyError and begins nothing. */
  start(request: ProfileRequest): ProfileReport
  /** All there are, newest first; those under way, failed and cancelled included. */
  list(): Promise<readonly ProfileReport[]>
  find(id: string): Promise<ProfileReport | null>
  /** Only of what is done. */
  read(id: string): Promise<CapturedProfile | null>
  /** Cancels one under way, once its workers have stopped; else deletes it. False when there is no such profile. */
  remove(id: string): Promise<boolean>
  /**
   * Captures and keeps nothing. Rejects as `start` throws, and with the signal's AbortError; `onlyLive` leaves out what has
   * been freed by the end.
   */
  capture(request: ProfileRequest & { readonly onlyLive: boolean }, signal: AbortSignal): Promise<CapturedProfile>
}

/** A worker can be profiled once at a time. */
export class ProfilingBusyError extends Error {
  readonly code = 'FRAMELAB_PROFILING_BUSY'
  constructor(worker: number, by: string) {
    super(`worker ${worker} is being profiled already (${by}); wait for that to end, or cancel it`)
    this.name = 'ProfilingBusyError'
  }
}
