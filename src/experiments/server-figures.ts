import type { ExplorationBlock } from '../contract/exploration.ts'
import type { ServerReport } from '../contract/server-report.ts'

/** One block as the server itself counts it, which knows neither latency nor allocation. */
export function measuredBetween(
  before: ServerReport,
  after: ServerReport
): Pick<ExplorationBlock, 'seconds' | 'frames' | 'figures'> {
  const seconds = after.uptimeSeconds - before.uptimeSeconds
  const frames = after.totals.framesReceived - before.totals.framesReceived
  const sum = (report: ServerReport, figure: 'cpuSeconds' | 'gcSeconds'): number =>
    report.workers.reduce((total, worker) => total + worker[figure], 0)
  const perFrame = (amount: number): number | null => (frames > 0 ? amount / frames : null)
  const figures = {
    cpuPerFrame: perFrame((sum(after, 'cpuSeconds') - sum(before, 'cpuSeconds')) * 1e6),
    framesPerSecond: frames / seconds,
    gcPerMillionFrames: perFrame((sum(after, 'gcSeconds') - sum(before, 'gcSeconds')) * 1e9),
    readsPerFrame: perFrame(after.totals.reads - before.totals.reads),
    writesPerFrame: perFrame(after.totals.writes - before.totals.writes)
  }
  return { seconds, frames, figures }
}
