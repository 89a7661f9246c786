import type { LoadRunReport, LoadRunRequest } from '../../src/contract/load-run.ts'
import { LoadBusyError, type Loads } from '../../src/controlplane/loads.ts'

/** Loads that send nothing and remember everything. */
export class MemoryLoads implements Loads {
  readonly requests: LoadRunRequest[] = []
  readonly reports = new Map<string, LoadRunReport>()
  readonly removed: string[] = []

  start(request: LoadRunRequest): LoadRunReport {
    const busy = [...this.reports.values()].find(({ state }) => state === 'running')
    if (busy !== undefined) throw new LoadBusyError(busy.id)
    this.requests.push(request)
    const id = `load-${this.requests.length}`
    const report: LoadRunReport = {
      id,
      state: 'running',
      request,
      createdAt: '2026-01-02T03:04:05.678Z',
      startedAt: null,
      finishedAt: null,
      progress: null,
      lastSecond: null,
      figures: null,
      problem: null
    }
    this.reports.set(id, report)
    return report
  }

  list(): readonly LoadRunReport[] {
    return [...this.reports.values()].reverse()
  }

  find(id: string): LoadRunReport | null {
    return this.reports.get(id) ?? null
  }

  async remove(id: string): Promise<boolean> {
    if (!this.reports.delete(id)) return false
    this.removed.push(id)
    return true
  }

  /** The run has gone on, or has ended. */
  change(id: string, change: Partial<LoadRunReport>): void {
    this.reports.set(id, { ...(this.reports.get(id) as LoadRunReport), ...change })
  }
}
