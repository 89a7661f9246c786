import type { LoadRunReport, LoadRunRequest } from '../contract/load-run.ts'

/** The load runs of this server on itself, as the routes see them. They are done in processes of their own. */
export interface Loads {
  /** Begins a run; does not wait for it. Throws LoadBusyError and begins nothing. */
  start(request: LoadRunRequest): LoadRunReport
  /** Newest first; so many of the last are kept. */
  list(): readonly LoadRunReport[]
  find(id: string): LoadRunReport | null
  /**
   * Cancels one under way, and resolves when it has ended and its figures are there; it remains to be seen. Any other is
   * forgotten. False when there is no such run.
   */
  remove(id: string): Promise<boolean>
}

/** There is one run at a time: two would measure each other. */
export class LoadBusyError extends Error {
  readonly code = 'FRAMELAB_LOAD_BUSY'
  readonly id: string

  constructor(id: string) {
    super(`load run '${id}' is under way; wait for it to end, or cancel it`)
    this.name = 'LoadBusyError'
    this.id = id
  }
}
