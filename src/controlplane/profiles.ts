import type { Actor } from '../contract/audit.ts'
import type { ProfileReport, ProfileRequest } from '../contract/profile.ts'

/** A profile with what V8 gave, worker by worker; names and places are those of the sources. */
export interface CapturedProfile {
  readonly report: ProfileReport
  /** A `.cpuprofile` or a `.heapprofile` each, as `report.kind` says. */
  readonly captures: readonly { readonly worker: number; readonly profile: unknown }[]
}

/** What is captured for one answer and not kept. */
export interface LiveRequest extends ProfileRequest {
  /** Leaves out what has been freed by the end. */
  readonly onlyLive: boolean
}

/** The profiles of the running server, as the routes see them. */
export interface Profiles {
  /** Begins to capture; does not wait for it. Throws UnknownWorkerError or ProfilingBusyError and begins nothing. */
  start(request: ProfileRequest, actor?: Actor): ProfileReport
  /** All there are, newest first; those under way, failed and cancelled included. */
  list(): Promise<readonly ProfileReport[]>
  find(id: string): Promise<ProfileReport | null>
  /** Only of what is done. Throws DamagedProfileError. */
  read(id: string): Promise<CapturedProfile | null>
  /** Cancels one under way, once its workers have stopped; else deletes it. False when there is no such profile. */
  remove(id: string, actor?: Actor): Promise<boolean>
  /**
   * Captures and keeps nothing. One of either kind may run beside another of these on a worker. Rejects as `start` throws,
   * and with the signal's AbortError.
   */
  capture(request: LiveRequest, signal: AbortSignal): Promise<CapturedProfile>
}

/** What is stored of a profile is no profile any more. */
export class DamagedProfileError extends Error {
  readonly code = 'FRAMELAB_DAMAGED_PROFILE'
  constructor(id: string, cause: Error) {
    super(`what is stored of profile '${id}' is damaged (${cause.message}); delete it`, { cause })
    this.name = 'DamagedProfileError'
  }
}

/** A worker can be profiled once at a time. */
export class ProfilingBusyError extends Error {
  readonly code = 'FRAMELAB_PROFILING_BUSY'
  constructor(worker: number, by: string) {
    super(`worker ${worker} is being profiled already (${by}); wait for that to end, or cancel it`)
    this.name = 'ProfilingBusyError'
  }
}
