import { performance } from 'node:perf_hooks'
import { comparePositions, positionOf } from '../contract/listing-order.ts'
import type { Options } from '../contract/options.ts'
import type {
  LabMetrics,
  OptimizationChange,
  OptimizationsReport,
  ServerReport,
  ServerTotals,
  WorkerReport
} from '../contract/server-report.ts'
import type { CloseMode, ConnectionInfo, Listing, ListingQuery } from '../contract/snapshot.ts'
import { type Lab, UnknownWorkerError } from '../controlplane/lab.ts'
import { ProcessMonitor } from '../telemetry/process-monitor.ts'
import { serverRates } from './rates.ts'
import type { Supervisor, SupervisorLog } from './supervisor.ts'
import { addTotals, noTotals } from './totals.ts'
import { type WorkerSlot, WorkerUnavailableError } from './worker-slot.ts'

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

  constructor(supervisor: Supervisor, options: Options, version: string, log: SupervisorLog) {
    this.#supervisor = supervisor
    this.#options = options
    this.#version = version
    this.#log = log
    this.httpPort = options.httpPort
    this.#monitor.start()
    void supervisor.stopped.then(() => this.#monitor.stop())
  }

  get ready(): boolean {
    const { state, slots } = this.#supervisor
    return state === 'running' && slots.some(slot => slot.state === 'running')
  }

  drain(): void {
    this.#supervisor.drain()
  }

  async report(): Promise<ServerReport> {
    await this.#refresh()
    const { frameHost, httpHost } = this.#options
    return {
      name: 'framelab',
      version: this.#version,
      node: process.version,
      startedAt: this.#startedAt.toISOString(),
      uptimeSeconds: (performance.now() - this.#startedMs) / 1000,
      state: this.#supervisor.state,
      listen: {
        frames: { host: frameHost, port: this.#supervisor.framePort },
        http: { host: httpHost, port: this.httpPort }
      },
      options: this.#options,
      workers: this.#supervisor.slots.map(slot => slot.report()),
      totals: this.#totals(),
      rates: serverRates(this.#supervisor.slots.map(({ rates }) => rates))
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
      primary: this.#monitor.read(),
      workers: this.#supervisor.slots.map(slot => ({
        id: slot.id,
        up: slot.state === 'running',
        restarts: slot.restarts,
        switches: this.#supervisor.switches.of(slot.id),
        ...slot.lasting.read()
      }))
    }
  }

  async listConnections(query: ListingQuery): Promise<Listing> {
    const listings = await this.#askAll(slot => slot.request('list', query))
    const items = listings
      .flatMap(listing => listing.items)
      .sort((a, b) => comparePositions(positionOf(a, query.sort), positionOf(b, query.sort), query.order))
      .slice(0, query.limit)
    return { total: listings.reduce((sum, { total }) => sum + total, 0), items }
  }

  async findConnection(id: string): Promise<ConnectionInfo | null> {
    const slot = this.#slotOfConnection(id)
    if (slot === undefined) return null
    const [found = null] = await this.#ask([slot], one => one.request('find', { id }))
    return found
  }

  async closeConnection(id: string, mode: CloseMode): Promise<boolean> {
    const slot = this.#slotOfConnection(id)
    if (slot === undefined) return false
    const [closed = false] = await this.#ask([slot], one => one.request('close', { id, mode }))
    return closed
  }

  optimizations(): OptimizationsReport {
    return this.#supervisor.switches.report()
  }

  async changeOptimizations({ switches, workers }: OptimizationChange): Promise<OptimizationsReport> {
    const known = this.#supervisor.slots.map(({ id }) => id)
    const index = workers?.findIndex(id => !known.includes(id)) ?? -1
    if (workers !== null && index >= 0) throw new UnknownWorkerError(workers[index] as number, index, known)
    const ids = workers ?? known
    this.#supervisor.switches.change(ids, switches)
    const { revision } = this.#supervisor.switches.report()
    this.#log.info({ switches, workers: ids, revision }, 'optimizations changed')
    // A worker that is just starting is told with its assignment; one that does not answer has been told nevertheless.
    await this.#ask(
      this.#supervisor.slots.filter(({ id }) => ids.includes(id)),
      slot => slot.request('switch', this.#supervisor.switches.of(slot.id))
    )
    return this.#supervisor.switches.report()
  }

  #totals(): ServerTotals {
    const { closed: _closed, handlerErrors: _handlerErrors, ...totals } = this.#supervisor.slots
      .map(slot => slot.lasting.read().totals)
      .reduce(addTotals, noTotals())
    return totals
  }

  #slotOfConnection(id: string): WorkerSlot | undefined {
    const worker = Number.parseInt(id, 10)
    return this.#supervisor.slots.find(slot => slot.id === worker)
  }

  async #refresh(): Promise<void> {
    await Promise.all(this.#supervisor.slots.map(slot => slot.refresh()))
  }

  #askAll<Up>(request: (slot: WorkerSlot) => Promise<Up>): Promise<Up[]> {
    return this.#ask(this.#supervisor.slots, request)
  }

  /** The answers of those workers that give one; a worker that is restarting has nothing to tell. */
  async #ask<Up>(slots: readonly WorkerSlot[], request: (slot: WorkerSlot) => Promise<Up>): Promise<Up[]> {
    const answers = await Promise.allSettled(slots.map(request))
    return answers.flatMap(answer => {
      if (answer.status === 'fulfilled') return [answer.value]
      if (answer.reason instanceof WorkerUnavailableError) return []
      throw answer.reason
    })
  }
}
