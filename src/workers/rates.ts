import type { ProcessReport, ServerRates, WorkerRates } from '../contract/server-report.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'

const WINDOW_MS = 5000

/** Time that a process has spent in garbage collections of every kind. */
export function gcSecondsOf(process: ProcessReport): number {
  return Object.values(process.gc).reduce((sum, { seconds }) => sum + seconds, 0)
}

interface Sample {
  readonly atMs: number
  readonly frames: number
  readonly reads: number
  readonly writes: number
  readonly cpuSeconds: number
  readonly gcSeconds: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly loopActiveSeconds: number
  readonly loopIdleSeconds: number
}

/** One process's last few seconds. Each sample carries the process's own clock, so late messages do not bend the rates. */
export class RateWindow {
  #samples: Sample[] = []

  push(snapshot: WorkerSnapshot): void {
    const { totals, process } = snapshot
    const newest: Sample = {
      atMs: snapshot.atMs,
      frames: totals.framesReceived,
      reads: totals.reads,
      writes: totals.writes,
      cpuSeconds: process.cpuUserSeconds + process.cpuSystemSeconds,
      gcSeconds: gcSecondsOf(process),
      bytesReceived: totals.bytesReceived,
      bytesSent: totals.bytesSent,
      loopActiveSeconds: process.loopActiveSeconds,
      loopIdleSeconds: process.loopIdleSeconds
    }
    this.#samples.push(newest)
    this.#samples = this.#samples.filter(({ atMs }) => atMs >= newest.atMs - WINDOW_MS)
  }

  reset(): void {
    this.#samples = []
  }

  /** What changed over the window; null as long as there is only one sample. */
  get change(): (Sample & { readonly seconds: number }) | null {
    const first = this.#samples[0]
    const last = this.#samples.at(-1)
    if (first === undefined || last === undefined || first === last) return null
    return {
      atMs: last.atMs,
      seconds: (last.atMs - first.atMs) / 1000,
      frames: last.frames - first.frames,
      reads: last.reads - first.reads,
      writes: last.writes - first.writes,
      cpuSeconds: last.cpuSeconds - first.cpuSeconds,
      gcSeconds: last.gcSeconds - first.gcSeconds,
      bytesReceived: last.bytesReceived - first.bytesReceived,
      bytesSent: last.bytesSent - first.bytesSent,
      loopActiveSeconds: last.loopActiveSeconds - first.loopActiveSeconds,
      loopIdleSeconds: last.loopIdleSeconds - first.loopIdleSeconds
    }
  }
}

/** The server's rates from those of its workers. */
export function serverRates(windows: Iterable<RateWindow>): ServerRates {
  let framesPerSecond = 0
  let gcPerSecond = 0
  let frames = 0
  let reads = 0
  let writes = 0
  let cpuSeconds = 0
  for (const { change } of windows) {
    if (change === null) continue
    framesPerSecond += change.frames / change.seconds
    gcPerSecond += change.gcSeconds / change.seconds
    frames += change.frames
    reads += change.reads
    writes += change.writes
    cpuSeconds += change.cpuSeconds
  }
  const perFrame = (amount: number): number => (frames > 0 ? amount / frames : 0)
  return {
    framesReceivedPerSecond: framesPerSecond,
    cpuMicrosecondsPerFrame: perFrame(cpuSeconds * 1e6),
    readsPerFrame: perFrame(reads),
    writesPerFrame: perFrame(writes),
    gcMillisecondsPerSecond: gcPerSecond * 1000
  }
}

/** A worker's rates from those of its processes: one, but two while one takes over from the other. */
export function workerRates(windows: readonly RateWindow[]): WorkerRates {
  const changes = windows.flatMap(({ change }) => (change === null ? [] : [change]))
  const perSecond = (field: 'bytesReceived' | 'bytesSent'): number =>
    changes.reduce((sum, change) => sum + change[field] / change.seconds, 0)
  const uses = changes.map(({ loopActiveSeconds: active, loopIdleSeconds: idle }) =>
    active + idle > 0 ? active / (active + idle) : 0
  )
  return {
    ...serverRates(windows),
    bytesReceivedPerSecond: perSecond('bytesReceived'),
    bytesSentPerSecond: perSecond('bytesSent'),
    loopUse: Math.max(0, ...uses)
  }
}
