import type { Actor, AuditCause, AuditEntry, SwitchChange } from '../../src/contract/audit.ts'
import { ratesBy } from '../../src/contract/connection-rates.ts'
import { comparePositions, positionOf, sortValue } from '../../src/contract/listing-order.ts'
import { optimizationNames, presetSwitches, type Switches } from '../../src/contract/optimizations.ts'
import { type CloseReason, closeReasons, refusalReasons, zeroCounts } from '../../src/contract/reasons.ts'
import type {
  LabMetrics,
  OptimizationChange,
  OptimizationsReport,
  ProcessReport,
  ServerReport,
  WorkerRates,
  WorkerReport
} from '../../src/contract/server-report.ts'
import type {
  BulkClose,
  CloseMode,
  ConnectionCount,
  ConnectionFilter,
  ConnectionInfo,
  ListingQuery,
  ServerListing,
  WorkerTotals
} from '../../src/contract/snapshot.ts'
import type { TraceOptions } from '../../src/contract/trace.ts'
import { EventHub } from '../../src/controlplane/events/event-hub.ts'
import {
  type ConnectionTrace,
  type Lab,
  ListingForgottenError,
  RestartRefusedError,
  TooManyClosingsError,
  type TraceListener,
  TraceRefusedError,
  UnavailableError,
  UnknownWorkerError
} from '../../src/controlplane/lab.ts'
import { gcPauseBoundsSeconds } from '../../src/telemetry/gc-monitor.ts'
import { AuditLog } from '../../src/workers/audit-log.ts'
import { SwitchControl } from '../../src/workers/switch-control.ts'
import { SwitchLayers } from '../../src/workers/switch-layers.ts'
import { MemoryProfiles } from '../profiles/memory-profiles.ts'
import { MemoryExperiments } from './memory-experiments.ts'
import { matchesFilter } from './memory-filter.ts'

/** A lab that serves nothing and remembers everything: two workers, and the connections it is given. */
export class MemoryLab implements Lab {
  ready = true
  readonly profiles = new MemoryProfiles()
  readonly experiments = new MemoryExperiments()
  drains = 0
  metricsReads = 0
  readonly connections = new Map<string, ConnectionInfo>()
  readonly closed: [id: string, mode: CloseMode][] = []
  readonly queries: ListingQuery[] = []
  readonly bulkCloses: BulkClose[] = []
  unavailableWorkers: number[] = []
  /** Those that were begun, each with what was asked of it. */
  readonly traces: { id: string; options: TraceOptions; listener: TraceListener; stopped: boolean }[] = []
  traceRefusal: 'traced_already' | 'too_many' | null = null
  tooManyClosings = false
  forgetsListings = false
  /** What the workers run with. */
  readonly switches = new Map<number, Switches>([1, 2].map(id => [id, presetSwitches('pooled')]))
  readonly layers = new SwitchLayers([1, 2], presetSwitches('pooled'))
  /** Of the layers; moved by tests, which then call `control.endDue()`. */
  clockMs = 0
  readonly log = new AuditLog(() => new Date(1_760_000_000_000 + this.clockMs))
  readonly control = new SwitchControl({
    layers: this.layers,
    clockMs: () => this.clockMs,
    now: () => new Date(1_760_000_000_000 + this.clockMs),
    apply: async workers => {
      for (const worker of workers) this.switches.set(worker, this.layers.of(worker))
    },
    onStep: ({ layer, changes }, cause, actor) =>
      this.#note(cause, layer === null ? null : `layer ${layer.id}`, actor, changes)
  })
  readonly restarting = new Set<number>()
  readonly events = new EventHub('run')
  /** Of each worker. */
  rates: WorkerRates = {
    framesReceivedPerSecond: 500.25,
    cpuMicrosecondsPerFrame: 0.9,
    readsPerFrame: 0.02,
    writesPerFrame: 0.02,
    gcMillisecondsPerSecond: 0,
    bytesReceivedPerSecond: 14_007,
    bytesSentPerSecond: 7003.5,
    loopUse: 0.25
  }
  readonly totals = new Map<number, WorkerTotals>([1, 2].map(id => [id, totalsOf(id)]))

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
      },
      plane: { cpuSeconds: 1.5, snapshots: 40, snapshotBytes: 80_000, snapshotSeconds: 0.008 }
    }
  }

  async metrics(): Promise<LabMetrics> {
    this.metricsReads++
    return {
      version: '1.2.3',
      experimenting: true,
      primary: processReport(process.pid),
      workers: [1, 2].map(id => ({
        id,
        up: id === 1,
        restarts: id - 1,
        crashes: 0,
        snapshots: { count: 20, bytes: 40_000, seconds: 0.004 },
        switches: this.switches.get(id) as Switches,
        arm: id === 1 ? 0 : null,
        totals: this.totals.get(id) as WorkerTotals,
        batches: { boundsSeconds: [0.00001, 0.01, 1], counts: [5, 8, 8], count: 9, sumSeconds: 2.25 },
        slowBatches: [
          { connection: `${id}-7`, seconds: 2.125, atSeconds: 1_795_906_800.125 },
          { connection: `${id}-8`, seconds: 0.005, atSeconds: 1_795_906_801 }
        ],
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
      crashes: 0,
      connections: [...this.connections.values()].filter(({ worker }) => worker === id).length,
      cpuSeconds: 3.25,
      gcSeconds: 0.5,
      rssBytes: 61_000_000,
      rates: this.rates
    }))
  }

  async listConnections(query: ListingQuery): Promise<ServerListing> {
    this.queries.push(query)
    const { filter, sort, order, after, limit, held } = query
    if (this.forgetsListings && after !== null && held !== null) throw new ListingForgottenError()
    const matching = this.#matching(filter)
    const items = matching
      .sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort), sort, order))
      .filter(connection => after === null || comparePositions(positionOf(connection, sort), after, sort, order) > 0)
    const page = items.slice(0, limit)
    const values = page.map(connection => sortValue(connection, sort))
    return { total: matching.length, items: page, values, unavailableWorkers: this.unavailableWorkers }
  }

  async countConnections(filter: ConnectionFilter): Promise<ConnectionCount> {
    return { count: this.#matching(filter).length, unavailableWorkers: this.unavailableWorkers }
  }

  async closeConnections(command: BulkClose): Promise<ConnectionCount> {
    if (this.tooManyClosings) throw new TooManyClosingsError()
    const matching = this.#matching(command.filter)
    this.bulkCloses.push(command)
    for (const { id } of matching) this.connections.delete(id)
    return { count: matching.length, unavailableWorkers: this.unavailableWorkers }
  }

  #matching(filter: ConnectionFilter): ConnectionInfo[] {
    const known = [...this.switches.keys()]
    if (filter.worker !== undefined && !known.includes(filter.worker)) {
      throw new UnknownWorkerError(filter.worker, 0, known)
    }
    return [...this.connections.values()].filter(connection => matchesFilter(connection, filter))
  }

  async findConnection(id: string): Promise<ConnectionInfo | null> {
    this.#refuseUnavailable(id)
    return this.connections.get(id) ?? null
  }

  async closeConnection(id: string, mode: CloseMode): Promise<boolean> {
    this.#refuseUnavailable(id)
    if (!this.connections.delete(id)) return false
    this.closed.push([id, mode])
    return true
  }

  #refuseUnavailable(id: string): void {
    const worker = Number.parseInt(id, 10)
    if (this.unavailableWorkers.includes(worker))
      throw new UnavailableError(`worker ${worker} has not answered for 2 s`)
  }

  async traceConnection(id: string, options: TraceOptions, listener: TraceListener): Promise<ConnectionTrace | null> {
    this.#refuseUnavailable(id)
    if (this.traceRefusal !== null) throw new TraceRefusedError(this.traceRefusal)
    if (!this.connections.has(id)) return null
    const trace = { id, options, listener, stopped: false }
    this.traces.push(trace)
    return {
      stop: () => {
        trace.stopped = true
      }
    }
  }

  optimizations(): OptimizationsReport {
    return this.control.report()
  }

  async changeOptimizations(change: OptimizationChange): Promise<OptimizationsReport> {
    return this.control.change(change)
  }

  async endLayer(id: string, actor: Actor, revisions: readonly number[] | null): Promise<OptimizationsReport | null> {
    return this.control.endLayer(id, actor, revisions)
  }

  async restartWorker(id: number, actor: Actor): Promise<WorkerReport | null> {
    if (this.restarting.has(id)) throw new RestartRefusedError(`worker ${id} is replacing`)
    const worker = (await this.workers()).find(candidate => candidate.id === id)
    if (worker === undefined) return null
    this.restarting.add(id)
    this.#note('restart', `worker ${id}`, actor)
    return { ...worker, state: 'replacing' }
  }

  async restartWorkers(actor: Actor): Promise<readonly WorkerReport[]> {
    if (this.restarting.size > 0) throw new RestartRefusedError('a worker is replacing')
    const workers = await this.workers()
    for (const { id } of workers) this.restarting.add(id)
    this.#note('restart', 'all workers', actor)
    return workers
  }

  note(cause: AuditCause, target: string, actor: Actor): void {
    this.#note(cause, target, actor)
  }

  audit(limit: number): { total: number; items: AuditEntry[] } {
    return this.log.latest(limit)
  }

  drain(actor: Actor): void {
    this.drains++
    this.#note('drain', null, actor)
  }

  #note(cause: AuditCause, target: string | null, actor: Actor, changes: readonly SwitchChange[] = []): void {
    this.log.add({ ...actor, cause, target, revision: this.layers.revision, changes })
  }

  /** Connections that differ in every field, with many ties; every fourth has closed if `withClosed`. */
  addConnections(count: number, withClosed = false): void {
    for (let index = 0; index < count; index++) {
      const worker = 1 + (index % 2)
      const idleSeconds = index % 11
      const ageSeconds = (index * 7919) % 50
      const id = `${worker}-${index}`
      this.connections.set(id, {
        id,
        worker,
        peer: { address: `10.0.0.${index % 9}`, port: 40_000 + ((index * 31) % 200) },
        ...(withClosed && index % 4 === 0
          ? { state: 'closed', reason: (['peer_closed', 'operator'] as const)[index % 8 === 0 ? 0 : 1] as CloseReason }
          : {
              state: (['open', 'draining', 'closing'] as const)[index % 3] ?? 'open',
              reason: index % 3 === 2 ? 'frame_too_large' : null
            }),
        closedAt: withClosed && index % 4 === 0 ? new Date(1_760_000_000_000 + (index % 7)).toISOString() : null,
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
        rates: ratesBy((field, seconds) => (index % (field.length - seconds / 10)) / 3),
        stalls: index % 6,
        stalledSeconds: (index % 6) * 1.5,
        longestStallSeconds: index % 6,
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
