import type { ExplorationReport, ExplorationRequest } from '../contract/exploration.ts'
import { ExplorationRefusedError, type Explorations } from '../controlplane/explorations.ts'
import type { Lab } from '../controlplane/lab.ts'
import type { Loads } from '../controlplane/loads.ts'
import { explorationPage } from '../experiments/report/exploration-page.ts'
import type { SwitchLoans } from './experiments/switch-loans.ts'
import { ExplorationRun, switchesThatDiffer } from './exploration-run.ts'
import { KeptRuns } from './kept-runs.ts'

const RUNS_KEPT = 20

export interface ExplorationRunsOptions {
  readonly version: string
  readonly lab: Lab
  readonly loads: Loads
  readonly loans: SwitchLoans
}

/** The explorations of a server: one at a time, the last of them kept while it runs. */
export class ExplorationRuns implements Explorations {
  readonly #options: ExplorationRunsOptions
  readonly #runs = new KeptRuns<ExplorationRun>('exploration', RUNS_KEPT)

  constructor(options: ExplorationRunsOptions) {
    this.#options = options
  }

  /** The one under way; null when there is none. */
  get current(): string | null {
    return this.#runs.current?.report.id ?? null
  }

  async start(request: ExplorationRequest): Promise<ExplorationReport> {
    const { lab, loads, loans, version } = this.#options
    const { underWay } = lab.experiments
    const experiment = underWay === null ? null : `experiment '${underWay.id}'`
    const busy = this.current === null ? experiment : `exploration '${this.current}'`
    if (busy !== null) throw new ExplorationRefusedError(`${busy} is under way; wait for it to end, or cancel it`)
    const running = request.load === 'live' ? undefined : loads.list().find(({ finishedAt }) => finishedAt === null)
    if (running !== undefined)
      throw new ExplorationRefusedError(`load run '${running.id}' is under way; cancel it first`)
    const differing = switchesThatDiffer(request, lab)
    if (differing.length > 0) {
      const remedy = 'explore it as well, or make them alike first'
      throw new ExplorationRefusedError(`workers differ in ${differing.join(', ')}: ${remedy}`)
    }
    const onChange = (report: ExplorationReport): void => lab.events.publish('exploration', { ...report, blocks: [] })
    const run = this.#runs.begin(id => {
      const loan = loans.lend({ by: id, reason: request.label }, 'explore')
      return new ExplorationRun({ id, request, version, lab, loads, loan, onChange })
    })
    await run.kept
    return run.report
  }

  list(): readonly ExplorationReport[] {
    return this.#runs.list()
  }

  find(id: string): ExplorationReport | null {
    return this.#runs.find(id)
  }

  remove(id: string): Promise<boolean> {
    return this.#runs.remove(id)
  }

  page(id: string): ReturnType<typeof explorationPage> | null {
    const report = this.find(id)
    return report === null ? null : explorationPage(report)
  }
}
