import { refusalReasons, zeroCounts } from '../../contract/reasons.ts'
import type { ServerReport, WorkerReport } from '../../contract/server-report.ts'

/** A worker and the server it is of, as they are written in the documentation. */
export const workerExample: WorkerReport = {
  id: 1,
  pid: 4711,
  state: 'running',
  restarts: 0,
  crashes: 0,
  connections: 50,
  cpuSeconds: 3.2,
  gcSeconds: 0.05,
  rssBytes: 61_000_000,
  rates: {
    framesReceivedPerSecond: 250_000,
    cpuMicrosecondsPerFrame: 0.4,
    readsPerFrame: 0.1,
    writesPerFrame: 0.1,
    gcMillisecondsPerSecond: 2.5,
    bytesReceivedPerSecond: 8_250_000,
    bytesSentPerSecond: 3_500_000,
    loopUse: 0.1
  }
}

export const serverExample: ServerReport = {
  name: 'framelab',
  version: '0.1.0',
  node: 'v20.20.2',
  startedAt: '2026-01-02T03:04:05.678Z',
  uptimeSeconds: 12.5,
  state: 'running',
  listen: { frames: { host: '127.0.0.1', port: 8888 }, http: { host: '127.0.0.1', port: 8889 } },
  options: { workers: 1, preset: 'pooled' },
  workers: [workerExample],
  totals: {
    connectionsAccepted: 60,
    connectionsOpen: 50,
    framesReceived: 3_000_000,
    framesSent: 3_000_000,
    bytesReceived: 99_000_000,
    bytesSent: 42_000_000,
    reads: 300_000,
    writes: 300_000,
    refused: zeroCounts(refusalReasons)
  },
  rates: {
    framesReceivedPerSecond: 250_000,
    cpuMicrosecondsPerFrame: 0.4,
    readsPerFrame: 0.1,
    writesPerFrame: 0.1,
    gcMillisecondsPerSecond: 2.5
  },
  plane: { cpuSeconds: 0.5, snapshots: 25, snapshotBytes: 44_000, snapshotSeconds: 0.03 }
}
