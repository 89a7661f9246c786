import { performance } from 'node:perf_hooks'
import type { Actor, AuditCause, AuditEntry } from '../contract/audit.ts'
import type { SnapshotEvent, StartEvent } from '../contract/events.ts'
import type { Options } from '../contract/options.ts'
import type {
  LabMetrics,
  OptimizationChange,
  OptimizationsReport,
  PlaneReport,
  ServerRates,
  ServerReport,
  ServerTotals,
  WorkerReport
} from '../contract/server-report.ts'
import {
  type BulkClose,
  type CloseMode,
  type ConnectionCount,
  type ConnectionFilter,
  type ConnectionInfo,
  type ListingQuery,
  noTotals,
  type ServerListing
} from '../contract/snapshot.ts'
import type { TraceOptions } from '../contract/trace.ts'
import type { EventHub } from '../controlplane/events/event-hub.ts'
import type { ConnectionTrace, Lab, TraceListener } from '../controlplane/lab.ts'
import { ProcessMonitor } from '../telemetry/process-monitor.ts'
import { AuditLog } from './audit-log.ts'
import { BatchWindows } from './batch-window.ts'
import { ConnectionLab } from './connection-lab.ts'
import { ExperimentLibrary } from './experiments/experiment-library.ts'
import { SwitchLoans } from './experiments/switch-loans.ts'
import { putBack } from './experiments/switches-before.ts'
import { StoreFolderError } from './file-store.ts'
import { LiveEvents } from './live-events.ts'
import type { LoadTarget } from './load-target.ts'
import { ProfileLibrary } from './profile-library.ts'
import { serverRates } from './rates.ts'
import { Restarts } from './restarts.ts'
import type { Supervisor, SupervisorLog } from './supervisor.ts'
import { SwitchControl } from './switch-control.ts'
import { addTotals } from './totals.ts'

/** Speaks for all workers as one server. */
export class ServerLab implements Lab {
  /** The control plane's own port, known once it listens. */
  httpPort: number
  readonly #options: Options
  readonly #version: string
  readonly #log: SupervisorLog
  readonly #supervisor: Supervisor
  readonly #monitor = new ProcessMonitor()
  readonly #startedAt = new Date()
  readonly #startedMs = performance.now()
  readonly #audit = new AuditLog(() => new Date())
  readonly #switches: SwitchControl
  readonly #restarts: Restarts
  readonly #live: LiveEvents
  readonly #connections: ConnectionLab
  readonly #batches = new BatchWindows()
  readonly profiles: ProfileLibrary
  readonly experiments: ExperimentLibrary
  /** For whoever measures with switches of its own. */
  readonly loans: SwitchLoans

  constructor(
    supervisor: Supervisor,
    options: Options,
    version: string,
    log: SupervisorLog,
    /** Where load of its own is driven to. */
    loadTarget: () => LoadTarget
  ) {
    this.#supervisor = supervisor
    this.#options = options
    this.#version = version
    this.#log = log
    this.httpPort = options.httpPort
    this.#switches = new SwitchControl({
      layers: supervisor.switches,
      clockMs: () => performance.now(),
      now: () => new Date(),
      apply: workers => supervisor.applySwitches(workers),
      onStep: ({ layer, changes }, cause, actor) =>
        this.#note(cause, layer === null ? null : `layer ${layer.id}`, actor, changes)
    })
    this.loans = new SwitchLoans(this.#switches, supervisor.switches, options.dataDir)
    this.#restarts = new Restarts(supervisor)
    this.#live = new LiveEvents(supervisor, this.#startedAt)
    this.#connections = new ConnectionLab(supervisor.slots)
    this.profiles = new ProfileLibrary({
      server: {
        processOf: worker => supervisor.slots.find(({ id }) => id === worker)?.processes.at(-1) ?? null,
        switchesOf: worker => supervisor.switches.of(worker),
        revision: () => supervisor.switches.report().revision
      },
      workers: supervisor.slots.map(({ id }) => id),
      dataDir: options.dataDir,
      version,
      onFault: error => log.error({ err: error }, 'a profile failed'),
      onChange: report => this.#live.tellProfile(report),
      onRequest: (cause, target, actor) => this.#note(cause, target, actor)
    })
    this.experiments = new ExperimentLibrary({
      slots: supervisor.slots,
      layers: supervisor.switches,
      loans: this.loans,
      profiles: this.profiles,
      target: loadTarget,
      url: () => {
        const { httpHost, httpTlsCertFile } = options
        const host = httpHost.includes(':') ? `[${httpHost}]` : httpHost
        return `${httpTlsCertFile === '' ? 'http' : 'https'}://${host}:${this.httpPort}`
      },
      dataDir: options.dataDir,
      version,
      onFault: error => log.error({ err: error }, 'an experiment failed'),
      onEvent: event => this.#live.hub.publish('experiment', event),
      onRequest: (cause, target, actor) => this.#note(cause, target, actor)
    })
    this.#monitor.start()
    void supervisor.stopped.then(() => {
      this.#monitor.stop()
      this.#switches.stop()
      void this.loans.recall('the server has ended')
      this.#live.stop()
      this.profiles.stop()
    })
  }

  get ready(): boolean {
    const { state, slots } = this.#supervisor
    return state === 'running' && slots.some(slot => slot.accepting)
  }

  get events(): EventHub {
    return this.#live.hub
  }

  /**
   * What another process of this server has left behind. Before the workers start: what was in force before an experiment, or
   * an exploration, that it did not live to end is in force again.
   */
  async recover(): Promise<void> {
    // It is no reason not to serve.
    const unreadable = (error: Error): null => {
      const facts = error instanceof StoreFolderError ? { reason: error.message } : { err: error }
      this.#log.error(facts, 'what another process has left behind cannot be read')
      return null
    }
    await this.experiments.recover().catch(unreadable)
    const left = await this.loans.left().catch(unreadable)
    if (left === null) return
    const { switches } = this.#supervisor
    const steps = putBack(left.before, switches, new Date(), performance.now())
    const reason = 'the server ended during it; what was in force before is in force again'
    const actor = { by: 'framelab', reason }
    this.#note(
      `un${left.cause}`,
      left.borrower,
      actor,
      steps.flatMap(({ changes }) => changes)
    )
    this.#switches.endDue()
  }

  /** Resolves when nothing is left to be kept. */
  async settled(): Promise<void> {
    await this.loans.recall('the server has ended')
    await this.experiments.settled()
  }

  /** From now on, what happens is told. Once frames are accepted: only then is everything about the server known. */
  async begin(): Promise<void> {
    this.#live.begin(this.#facts(), () => this.#snapshot())
    // Not before: the next start would find nothing to put back if this one came to nothing.
    await this.loans.forgetLeft().catch((error: Error) => {
      this.#log.warn(
        { reason: error.message },
        'what was put back cannot be forgotten: the next start puts it back again'
      )
    })
  }

  async report(): Promise<ServerReport> {
    await this.#refresh()
    return {
      ...this.#facts(),
      uptimeSeconds: (performance.now() - this.#startedMs) / 1000,
      state: this.#supervisor.state,
      workers: this.#supervisor.slots.map(slot => slot.report()),
      totals: this.#totals(),
      rates: this.#rates(),
      plane: this.#plane()
    }
  }

  async workers(): Promise<readonly WorkerReport[]> {
    await this.#refresh()
    return this.#supervisor.slots.map(slot => slot.report())
  }

  async metrics(): Promise<LabMetrics> {
    await this.#refresh()
    return {
      version: this.#version,
      experimenting: this.experiments.underWay !== null,
      primary: this.#monitor.read(),
      workers: this.#supervisor.slots.map(slot => ({
        id: slot.id,
        up: slot.accepting,
        restarts: slot.restarts,
        crashes: slot.crashes,
        snapshots: slot.meter.price,
        switches: this.#supervisor.switches.of(slot.id),
        arm: this.experiments.armOf.get(slot.id) ?? null,
        slowBatches: slot.lasting.slowBatches,
        ...slot.lasting.read()
      }))
    }
  }

  listConnections(query: ListingQuery): Promise<ServerListing> {
    return this.#connections.list(query)
  }

  countConnections(filter: ConnectionFilter): Promise<ConnectionCount> {
    return this.#connections.count(filter)
  }

  findConnection(id: string): Promise<ConnectionInfo | null> {
    return this.#connections.find(id)
  }

  closeConnection(id: string, mode: CloseMode): Promise<boolean> {
    return this.#connections.close(id, mode)
  }

  closeConnections(command: BulkClose): Promise<ConnectionCount> {
    return this.#connections.closeMatching(command)
  }

  traceConnection(id: string, options: TraceOptions, listener: TraceListener): Promise<ConnectionTrace | null> {
    return this.#connections.trace(id, options, listener)
  }

  optimizations(): OptimizationsReport {
    return this.#switches.report()
  }

  changeOptimizations(change: OptimizationChange): Promise<OptimizationsReport> {
    return this.#switches.change(change)
  }

  endLayer(id: string, actor: Actor, revisions: OptimizationChange['revisions']): Promise<OptimizationsReport | null> {
    return this.#switches.endLayer(id, actor, revisions)
  }

  async restartWorker(id: number, actor: Actor): Promise<WorkerReport | null> {
    const slot = this.#supervisor.slots.find(candidate => candidate.id === id)
    if (slot === undefined) return null
    this.#restarts.restartOne(slot)
    this.#note('restart', `worker ${id}`, actor)
    return slot.report()
  }

  async restartWorkers(actor: Actor): Promise<readonly WorkerReport[]> {
    this.#restarts.restartAll()
    this.#note('restart', 'all workers', actor)
    return this.#supervisor.slots.map(slot => slot.report())
  }

  note(cause: AuditCause, target: string, actor: Actor): void {
    this.#note(cause, target, actor)
  }

  audit(limit: number): { total: number; items: AuditEntry[] } {
    return this.#audit.latest(limit)
  }

  drain(actor: Actor): void {
    // First, so that what is drained is drained with the switches that the server had.
    void this.loans.recall('the server is draining')
    if (this.#supervisor.state !== 'draining') this.#note('drain', null, actor)
    this.#supervisor.drain()
  }

  #note(cause: AuditCause, target: string | null, actor: Actor, changes: AuditEntry['changes'] = []): void {
    const { by, reason } = actor
    const { revision } = this.#supervisor.switches
    // It switches so often that its arms would push everything else out.
    const isKept = !((cause === 'experiment' || cause === 'explore') && changes.length > 0)
    const entry = this.#audit.add({ by, reason, cause, target, revision, changes }, isKept)
    this.#log.info(entry, `${cause}${target === null ? '' : ` of ${target}`} by ${by}`)
    if (changes.length > 0 || cause === 'patch' || cause === 'ttl' || cause === 'delete') this.#live.tellChange(entry)
    else if (cause === 'drain') this.#live.tellDrain(entry)
  }

  /** What does not change. */
  #facts(): StartEvent {
    const { frameHost, httpHost } = this.#options
    return {
      name: 'framelab',
      version: this.#version,
      node: process.version,
      startedAt: this.#startedAt.toISOString(),
      listen: {
        frames: { host: frameHost, port: this.#supervisor.framePort },
        http: { host: httpHost, port: this.httpPort }
      },
      options: this.#options
    }
  }

  #snapshot(): SnapshotEvent {
    const { state, slots, switches } = this.#supervisor
    const batches = this.#batches.next(new Map(slots.map(({ id, lasting }) => [id, lasting.read().batches])))
    return {
      at: new Date().toISOString(),
      state,
      revision: switches.revision,
      totals: this.#totals(),
      rates: this.#rates(),
      batches: batches.all,
      workers: slots.map(slot => {
        const { id, state: workerState, connections, rssBytes, rates } = slot.report()
        return { id, state: workerState, connections, rssBytes, rates, batches: batches.each.get(id) ?? null }
      }),
      plane: this.#plane()
    }
  }

  #rates(): ServerRates {
    return serverRates(this.#supervisor.slots.flatMap(({ processes }) => processes.map(({ rates }) => rates)))
  }

  #plane(): PlaneReport {
    const { user, system } = process.cpuUsage()
    const prices = this.#supervisor.slots.map(({ meter }) => meter.price)
    const sum = (field: 'count' | 'bytes' | 'seconds'): number =>
      prices.reduce((total, price) => total + price[field], 0)
    return {
      cpuSeconds: (user + system) / 1e6,
      snapshots: sum('count'),
      snapshotBytes: sum('bytes'),
      snapshotSeconds: sum('seconds')
    }
  }

  #totals(): ServerTotals {
    const {
      closed: _closed,
      handlerErrors: _handlerErrors,
      ...totals
    } = this.#supervisor.slots.map(slot => slot.lasting.read().totals).reduce(addTotals, noTotals())
    return totals
  }

  async #refresh(): Promise<void> {
    await Promise.all(this.#supervisor.slots.map(slot => slot.refresh()))
  }
}
