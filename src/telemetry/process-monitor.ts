import { performance } from 'node:perf_hooks'
import { type GcFigures, GcMonitor } from './gc-monitor.ts'
import { LoopDelay, type LoopDelayFigures } from './loop-delay.ts'

/** What one process of framelab costs. Times are totals since its start. */
export interface ProcessFigures {
  readonly pid: number
  readonly nodeVersion: string
  readonly startedAt: string
  readonly cpuUserSeconds: number
  readonly cpuSystemSeconds: number
  readonly rssBytes: number
  readonly heapTotalBytes: number
  readonly heapUsedBytes: number
  readonly externalBytes: number
  readonly arrayBuffersBytes: number
  readonly loopActiveSeconds: number
  readonly loopIdleSeconds: number
  readonly loopDelay: LoopDelayFigures
  readonly gc: GcFigures
}

/** Watches this process: processor time, memory, event loop and every garbage collection. */
export class ProcessMonitor {
  readonly #gc = new GcMonitor()
  readonly #loopDelay = new LoopDelay()
  readonly #startedAt = new Date(performance.timeOrigin).toISOString()
  #memory: NodeJS.MemoryUsage = { rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }

  start(): void {
    this.#gc.start()
    this.#loopDelay.start()
  }

  stop(): void {
    this.#gc.stop()
    this.#loopDelay.stop()
  }

  read(): ProcessFigures {
    const cpu = process.cpuUsage()
    const memory = this.#memoryNow()
    const loop = performance.eventLoopUtilization()
    return {
      pid: process.pid,
      nodeVersion: process.version,
      startedAt: this.#startedAt,
      cpuUserSeconds: cpu.user / 1e6,
      cpuSystemSeconds: cpu.system / 1e6,
      rssBytes: memory.rss,
      heapTotalBytes: memory.heapTotal,
      heapUsedBytes: memory.heapUsed,
      externalBytes: memory.external,
      arrayBuffersBytes: memory.arrayBuffers,
      loopActiveSeconds: loop.active / 1000,
      loopIdleSeconds: loop.idle / 1000,
      loopDelay: this.#loopDelay.read(),
      gc: this.#gc.read()
    }
  }

  /** What was read last where the system cannot tell: it takes a file descriptor, and there may be none left. */
  #memoryNow(): NodeJS.MemoryUsage {
    try {
      this.#memory = process.memoryUsage()
    } catch (error) {
      if (!['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
    }
    return this.#memory
  }
}
