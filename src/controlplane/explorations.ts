import type { Actor } from '../contract/audit.ts'
import type { ExplorationReport, ExplorationRequest } from '../contract/exploration.ts'

/** The explorations of the running server, as the routes see them. */
export interface Explorations {
  /** Begins one, and resolves once a crash of it could be undone. Rejects with ExplorationRefusedError and begins nothing. */
  start(request: ExplorationRequest, actor: Actor): Promise<ExplorationReport>
  /** Newest first; so many of the last are kept. */
  list(): readonly ExplorationReport[]
  find(id: string): ExplorationReport | null
  /** Cancels one under way, and resolves when the switches are as they were; else forgets it. False when there is none. */
  remove(id: string): Promise<boolean>
  /** One as a page that fetches nothing; null when there is none. */
  page(id: string): { readonly html: string; readonly contentSecurityPolicy: string } | null
}

/** It cannot begin as things stand. */
export class ExplorationRefusedError extends Error {
  readonly code = 'FRAMELAB_EXPLORATION_REFUSED'

  constructor(why: string, options?: ErrorOptions) {
    super(why, options)
    this.name = 'ExplorationRefusedError'
  }
}
