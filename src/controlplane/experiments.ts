import type { Actor } from '../contract/audit.ts'
import type { ExperimentReport, ExperimentRequest, ExperimentSummary } from '../contract/experiment.ts'
import type { InputError } from './problem.ts'

/** The experiments of the running server, as the routes see them. */
export interface Experiments {
  /** null when none is under way. */
  readonly underWay: { readonly id: string; readonly drivesLoad: boolean } | null
  /**
   * Begins one, and resolves once that will survive a crash. Rejects with ExperimentBusyError, SwitchesHeldError or
   * ImpossibleExperimentError and begins nothing.
   */
  start(request: ExperimentRequest, actor?: Actor): Promise<ExperimentReport>
  /** Newest first, without their blocks. */
  list(): Promise<readonly ExperimentSummary[]>
  find(id: string): Promise<ExperimentReport | null>
  /**
   * Cancels one under way, and resolves when the switches are back and it has ended; it remains to be seen. Any other is
   * deleted. False when there is no such experiment.
   */
  remove(id: string, actor?: Actor): Promise<boolean>
  /** One as a page that fetches nothing, with the page that draws the difference of its profiles, if there is one. */
  page(report: ExperimentReport, flameGraph: Page | null): Page
  /** Its blocks in the Go benchmark format. */
  benchmark(report: ExperimentReport): string
}

/** A whole page, and what it may run. */
export interface Page {
  readonly html: string
  readonly contentSecurityPolicy: string
}

/** There is one at a time: each would change what the other measures. */
export class ExperimentBusyError extends Error {
  readonly code = 'FRAMELAB_EXPERIMENT_BUSY'
  readonly id: string

  constructor(id: string) {
    super(`experiment '${id}' is under way; wait for it to end, or cancel it`)
    this.name = 'ExperimentBusyError'
    this.id = id
  }
}

/** Well-formed, and yet it cannot be done on this server. */
export class ImpossibleExperimentError extends Error {
  readonly code = 'FRAMELAB_IMPOSSIBLE_EXPERIMENT'
  readonly errors: readonly InputError[]

  constructor(errors: readonly InputError[]) {
    super(errors.map(({ detail }) => detail).join('; '))
    this.name = 'ImpossibleExperimentError'
    this.errors = errors
  }
}
