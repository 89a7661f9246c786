import type { ExperimentReport, ExperimentRequest, ExperimentSummary } from '../../src/contract/experiment.ts'
import {
  ExperimentBusyError,
  type Experiments,
  ImpossibleExperimentError,
  type Page
} from '../../src/controlplane/experiments.ts'
import { benchmarkFormat } from '../../src/experiments/report/benchmark-format.ts'
import { reportPage } from '../../src/experiments/report/report-page.ts'
import { exampleReport } from '../experiments/example-report.ts'

/** Experiments that measure nothing and remember everything. */
export class MemoryExperiments implements Experiments {
  readonly requests: ExperimentRequest[] = []
  readonly reports = new Map<string, ExperimentReport>()
  readonly removed: string[] = []

  get underWay(): { id: string; drivesLoad: boolean } | null {
    const running = [...this.reports.values()].find(({ state }) => state === 'running')
    return running === undefined ? null : { id: running.id, drivesLoad: running.request.load !== 'live' }
  }

  async start(request: ExperimentRequest): Promise<ExperimentReport> {
    if (this.underWay !== null) throw new ExperimentBusyError(this.underWay.id)
    if (request.design === 'split' && request.arms.length > 2) {
      throw new ImpossibleExperimentError([{ pointer: '/design', detail: 'split needs a worker for each arm' }])
    }
    this.requests.push(request)
    const id = `experiment${this.requests.length}`
    const report = exampleReport({ id, state: 'running', request, finishedAt: null })
    this.reports.set(id, report)
    return report
  }

  page(report: ExperimentReport, flameGraph: Page | null): Page {
    return reportPage(report, { flameGraph })
  }

  benchmark(report: ExperimentReport): string {
    return benchmarkFormat(report)
  }

  async list(): Promise<readonly ExperimentSummary[]> {
    return [...this.reports.values()].reverse().map(({ blocks: _blocks, ...summary }) => summary)
  }

  async find(id: string): Promise<ExperimentReport | null> {
    return this.reports.get(id) ?? null
  }

  async remove(id: string): Promise<boolean> {
    if (!this.reports.delete(id)) return false
    this.removed.push(id)
    return true
  }
}
