import { comparePositions, positionOf } from '../../src/contract/listing-order.ts'
import {
  optimizationNames,
  optimizations,
  presetSwitches,
  presets,
  type Switches
} from '../../src/contract/optimizations.ts'
import { closeReasons, refusalReasons, zeroCounts } from '../../src/contract/reasons.ts'
import type {
  LabMetrics,
  OptimizationChange,
  OptimizationsReport,
  ProcessReport,
  ServerReport,
  WorkerReport
} from '../../src/contract/server-report.ts'
import type { CloseMode, ConnectionInfo, Listing, ListingQuery, WorkerTotals } from '../../src/contract/snapshot.ts'
import { type Lab, UnknownWorkerError } from '../../src/controlplane/lab.ts'
import { gcPauseBoundsSeconds } from '../../src/telemetry/gc-monitor.ts'

/** A lab that serves nothing and remembers everything: two workers, and the connections it is given. */
export class MemoryLab implements Lab {
  ready = true
  drains = 0
  metricsReads = 0
  readonly connections = new Map<string, ConnectionInfo>()
  readonly closed: [id: string, mode: CloseMode][] = []
  readonly queries: ListingQuery[] = []
  readonly switches = new Map<number, Switches>([1, 2].map(id => [id, presetSwitches('pooled')]))
  readonly totals = new Map<number, WorkerTotals>([1, 2].map(id => [id, totalsOf(id)]))
  #revision = 1

  async report(): Promise<ServerReport> {
    const {
      refused,
      connectionsOpen,
      connectionsAccepted,
      framesReceived,
      framesSent,
      bytesReceived,
      bytesSent,
      reads,
      writes
    } = totalsOf(3)
    return {
      name: 'framelab',
      version: '1.2.3',
      node: process.version,
      startedAt: '2026-01-02T03:04:05.678Z',
      uptimeSeconds: 12.5,
      state: 'running',
      listen: { frames: { host: '127.0.0.1', port: 8888 }, http: { host: '127.0.0.1', port: 8889 } },
      options: { workers: 2, preset: 'pooled' },
      workers: await this.workers(),
      totals: {
        refused,
        connectionsOpen,
        connectionsAccepted,
        framesReceived,
        framesSent,
        bytesReceived,
        bytesSent,
        reads,
        writes
      },
      rates: {
        framesReceivedPerSecond: 1000.5,
        cpuMicrosecondsPerFrame: 0.9,
        readsPerFrame: 0.02,
        writesPerFrame: 0.02,
        gcMillisecondsPerSecond: 0
      }
    }
  }

  async metrics(): Promise<LabMetrics> {
    this.metricsReads++
    return {
      version: '1.2.3',
      primary: processReport(process.pid),
      workers: [1, 2].map(id => ({
        id,
        up: id === 1,
        restarts: id - 1,
        switches: this.switches.get(id) as Switches,
        totals: this.totals.get(id) as WorkerTotals,
        batches: { boundsSeconds: [0.001, 0.01], counts: [5, 8], count: 9, sumSeconds: 0.25 },
        process: id === 1 ? processReport(process.pid) : null
      }))
    }
  }

  async workers(): Promise<readonly WorkerReport[]> {
    return [1, 2].map(id => ({
      id,
      pid: id === 1 ? process.pid : null,
      state: id === 1 ? 'running' : 'restarting',
      restarts: id - 1,
      connections: [...this.connections.values()].filter(({ worker }) => worker === id).length,
      cpuSeconds: 3.25,
      gcSeconds: 0.5,
      rssBytes: 61_000_000
    }))
  }

  async listConnections(query: ListingQuery): Promise<Listing> {
    this.queries.push(query)
    const { sort, order, after, limit } = query
    const items = [...this.connections.values()]
      .sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort), order))
      .filter(connection => after === null || comparePositions(positionOf(connection, sort), after, order) > 0)
    return { total: this.connections.size, items: items.slice(0, limit) }
  }

  async findConnection(id: string): Promise<ConnectionInfo | null> {
    return this.connections.get(id) ?? null
  }

  async closeConnection(id: string, mode: CloseMode): Promise<boolean> {
    if (!this.connections.delete(id)) return false
    this.closed.push([id, mode])
    return true
  }

  optimizations(): OptimizationsReport {
    return {
      revision: this.#revision,
      optimizations: optimizations.map(optimization => {
        const workers = Object.fromEntries(
          [...this.switches].map(([id, switches]) => [id, switches[optimization.name]])
        )
        const [first = false, ...others] = Object.values(workers)
        return {
          ...optimization,
          enabled: others.every(other => other === first) ? first : ('mixed' as const),
          workers
        }
      }),
      presets
    }
  }

  async changeOptimizations({ switches, workers }: OptimizationChange): Promise<OptimizationsReport> {
    const known = [...this.switches.keys()]
    workers?.forEach((worker, index) => {
      if (!this.switches.has(worker)) throw new UnknownWorkerError(worker, index, known)
    })
    for (const id of workers ?? known) Object.assign(this.switches.get(id) as Switches, switches)
    this.#revision++
    return this.optimizations()
  }

  drain(): void {
    this.drains++
  }

  /** Connections that differ in every field, with many ties. */
  addConnections(count: number): void {
    for (let index = 0; index < count; index++) {
      const worker = 1 + (index % 2)
      const idleSeconds = index % 11
      const ageSeconds = (index * 7919) % 50
      const id = `${worker}-${index}`
      this.connections.set(id, {
        id,
        worker,
        peer: { address: `10.0.0.${index % 9}`, port: 40_000 + ((index * 31) % 200) },
        state: (['open', 'draining', 'closing'] as const)[index % 3] ?? 'open',
        openedAt: new Date(1_760_000_000_000 - ageSeconds * 1000).toISOString(),
        lastReceivedAt: new Date(1_760_000_000_000 - idleSeconds * 1000).toISOString(),
        ageSeconds,
        idleSeconds,
        framesReceived: (index * 13) % 17,
        framesSent: (index * 13) % 16,
        bytesReceived: (index * 28) % 170,
        bytesSent: (index * 14) % 160,
        reads: index % 5,
        writes: index % 4,
        pendingBytes: index % 3 === 0 ? 0 : index
      })
    }
  }

  enabled(worker: number): string[] {
    return optimizationNames.filter(name => this.switches.get(worker)?.[name])
  }
}

function totalsOf(seed: number): WorkerTotals {
  return {
    connectionsAccepted: seed * 10,
    connectionsOpen: seed,
    framesReceived: seed * 1000,
    framesSent: seed * 999,
    bytesReceived: seed * 28_000,
    bytesSent: seed * 13_986,
    reads: seed * 100,
    writes: seed * 90,
    refused: { ...zeroCounts(refusalReasons), frame_too_large: seed },
    closed: { ...zeroCounts(closeReasons), peer_closed: seed, operator: 1 },
    handlerErrors: 0
  }
}

function processReport(pid: number): ProcessReport {
  const pauses = (count: number) => ({
    count,
    seconds: count / 100,
    buckets: gcPauseBoundsSeconds.map((_, index) => (index < 2 ? count / 2 : 0))
  })
  return {
    pid,
    nodeVersion: 'v20.20.2',
    startedAt: '2026-01-02T03:04:05.000Z',
    cpuUserSeconds: 2.5,
    cpuSystemSeconds: 0.5,
    rssBytes: 60_000_000,
    heapTotalBytes: 20_000_000,
    heapUsedBytes: 10_000_000,
    externalBytes: 3_000_000,
    arrayBuffersBytes: 1_000_000,
    loopActiveSeconds: 4,
    loopIdleSeconds: 6,
    loopDelay: { meanSeconds: 0.001, p50Seconds: 0.0005, p99Seconds: 0.004, maxSeconds: 0.02 },
    gc: { major: pauses(4), minor: pauses(20), incremental: pauses(2), weakcb: pauses(0) }
  }
}
