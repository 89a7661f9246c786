import type { ServerReport } from '../contract/server-report.ts'

/** What was measured in one block of time in which one arm was in force. */
export interface Block {
  readonly framesPerSecond: number
  readonly cpuMicrosecondsPerFrame: number
  readonly readsPerFrame: number
  readonly writesPerFrame: number
  readonly gcMillisecondsPerSecond: number
  readonly p50Us: number
  readonly p99Us: number
}

export type BlockMetric = keyof Block
export const blockMetrics = [
  'framesPerSecond',
  'cpuMicrosecondsPerFrame',
  'readsPerFrame',
  'writesPerFrame',
  'gcMillisecondsPerSecond',
  'p50Us',
  'p99Us'
] as const satisfies readonly BlockMetric[]

/** The block between two reports of the server; latency is what the load generator saw in that time. */
export function blockBetween(
  before: ServerReport,
  after: ServerReport,
  latency: { p50Us: number; p99Us: number }
): Block {
  const seconds = after.uptimeSeconds - before.uptimeSeconds
  const frames = after.totals.framesReceived - before.totals.framesReceived
  const workerSum = (report: ServerReport, figure: 'cpuSeconds' | 'gcSeconds'): number =>
    report.workers.reduce((sum, worker) => sum + worker[figure], 0)
  const cpuSeconds = workerSum(after, 'cpuSeconds') - workerSum(before, 'cpuSeconds')
  const gcSeconds = workerSum(after, 'gcSeconds') - workerSum(before, 'gcSeconds')
  return {
    framesPerSecond: frames / seconds,
    cpuMicrosecondsPerFrame: (cpuSeconds * 1e6) / frames,
    readsPerFrame: (after.totals.reads - before.totals.reads) / frames,
    writesPerFrame: (after.totals.writes - before.totals.writes) / frames,
    gcMillisecondsPerSecond: (gcSeconds * 1000) / seconds,
    p50Us: latency.p50Us,
    p99Us: latency.p99Us
  }
}
