import type { WorkWindow } from '../contract/profile.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'
import { gcSecondsOf } from './rates.ts'

/** What a process did between two snapshots of it. */
export function workBetween(first: WorkerSnapshot, last: WorkerSnapshot): WorkWindow {
  const active = last.process.loopActiveSeconds - first.process.loopActiveSeconds
  const idle = last.process.loopIdleSeconds - first.process.loopIdleSeconds
  const rise = (of: (snapshot: WorkerSnapshot) => number): number => of(last) - of(first)
  return {
    seconds: rise(({ atMs }) => atMs) / 1000,
    frames: rise(({ totals }) => totals.framesReceived),
    bytesReceived: rise(({ totals }) => totals.bytesReceived),
    bytesSent: rise(({ totals }) => totals.bytesSent),
    reads: rise(({ totals }) => totals.reads),
    writes: rise(({ totals }) => totals.writes),
    cpuSeconds: rise(({ process }) => process.cpuUserSeconds + process.cpuSystemSeconds),
    gcSeconds: rise(({ process }) => gcSecondsOf(process)),
    gcCollections: rise(({ process }) => Object.values(process.gc).reduce((sum, { count }) => sum + count, 0)),
    loopUtilization: active + idle > 0 ? Math.min(1, Math.max(0, active / (active + idle))) : 0
  }
}
