import cluster from 'node:cluster'
import { extname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { comparePositions, positionOf } from '../contract/listing-order.ts'
import { presetSwitches } from '../contract/optimizations.ts'
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
import type { FromWorker, WorkerAssignment } from '../contract/worker-messages.ts'
import { type Lab, UnknownWorkerError } from '../controlplane/lab.ts'
import { ProcessMonitor } from '../telemetry/process-monitor.ts'
import { serverRates } from './rates.ts'
import { SwitchBoard } from './switch-board.ts'
import { addTotals, noTotals } from './totals.ts'
import { WorkerSlot, WorkerUnavailableError } from './worker-slot.ts'

/** The frame port cannot be had. `code` is the system's: EADDRINUSE, EACCES, EADDRNOTAVAIL … */
export class ListenError extends Error {
  readonly code: string
  constructor(host: string, port: number, code: string) {
    super(`cannot accept frames on ${host}:${port}: ${code}`)
    this.name = 'ListenError'
    this.code = code
  }
}

/** Where the supervisor's events go. */
export interface SupervisorLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface SupervisorOptions {
  readonly options: Options
  readonly version: string
  readonly log: SupervisorLog
}

/** Starts the workers, keeps them running, and speaks for all of them as one server. */
export class Supervisor implements Lab {
  readonly #options: Options
  readonly #version: string
  readonly #log: SupervisorLog
  readonly #monitor = new ProcessMonitor()
  readonly #startedAt = new Date()
  readonly #startedMs = performance.now()
  readonly #slots: readonly WorkerSlot[]
  readonly #switches: SwitchBoard
  #state: ServerReport['state'] = 'starting'
  #framePort: number
  #httpPort: number
  /** Whoever waits for a worker to accept frames for the first time. */
  readonly #startWaits = new Map<number, { resolve(): void; reject(error: Error): void }>()
  readonly #stopped: Promise<void>
  #settleStopped!: () => void

  constructor({ options, version, log }: SupervisorOptions) {
    this.#options = options
    this.#version = version
    this.#log = log
    this.#framePort = options.framePort
    this.#httpPort = options.httpPort
    const ids = Array.from({ length: options.workers }, (_, index) => index + 1)
    this.#switches = new SwitchBoard(ids, presetSwitches(options.preset))
    this.#slots = ids.map(id => new WorkerSlot(id, this.#slotEvents()))
    this.#stopped = new Promise(resolve => {
      this.#settleStopped = resolve
    })
  }

  /** Resolves once every worker accepts frames; rejects with ListenError. */
  async start(): Promise<void> {
    // Round robin: the kernel alone would hand most connections to whichever worker wakes first.
    cluster.schedulingPolicy = cluster.SCHED_RR
    cluster.setupPrimary({ exec: entryPath(), args: [] })
    this.#monitor.start()
    const [first, ...others] = this.#slots
    // The first one finds out the port when a free one was asked for.
    await this.#startSlot(first as WorkerSlot)
    await Promise.all(others.map(slot => this.#startSlot(slot)))
    this.#state = 'running'
  }

  /** Resolves when the last worker has ended after `drain` or `kill`. */
  get stopped(): Promise<void> {
    return this.#stopped
  }

  get framePort(): number {
    return this.#framePort
  }

  /** The control plane's own port, known once it listens. */
  set httpPort(port: number) {
    this.#httpPort = port
  }

  get ready(): boolean {
    return this.#state === 'running' && this.#slots.some(({ state }) => state === 'running')
  }

  drain(): void {
    if (this.#state === 'draining') return
    this.#state = 'draining'
    this.#log.info({}, 'draining: no new connections; what has come is answered')
    for (const slot of this.#slots) slot.drain(this.#options.shutdownTimeoutMs)
    // A worker whose loop is stuck cannot end itself.
    setTimeout(() => this.kill(), this.#options.shutdownTimeoutMs + 1000).unref()
    this.#noteStopped()
  }

  /** Ends all workers now. */
  kill(): void {
    this.#state = 'draining'
    for (const slot of this.#slots) slot.kill()
    this.#noteStopped()
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
      state: this.#state,
      listen: {
        frames: { host: frameHost, port: this.#framePort },
        http: { host: httpHost, port: this.#httpPort }
      },
      options: this.#options,
      workers: this.#slots.map(slot => slot.report()),
      totals: this.#totals(),
      rates: serverRates(this.#slots.map(({ rates }) => rates))
    }
  }

  async workers(): Promise<readonly WorkerReport[]> {
    await this.#refresh()
    return this.#slots.map(slot => slot.report())
  }

  async metrics(): Promise<LabMetrics> {
    await this.#refresh()
    return {
      version: this.#version,
      primary: this.#monitor.read(),
      workers: this.#slots.map(slot => ({
        id: slot.id,
        up: slot.state === 'running',
        restarts: slot.restarts,
        switches: this.#switches.of(slot.id),
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
    return this.#switches.report()
  }

  async changeOptimizations({ switches, workers }: OptimizationChange): Promise<OptimizationsReport> {
    const known = this.#slots.map(({ id }) => id)
    const index = workers?.findIndex(id => !known.includes(id)) ?? -1
    if (workers !== null && index >= 0) throw new UnknownWorkerError(workers[index] as number, index, known)
    const ids = workers ?? known
    this.#switches.change(ids, switches)
    const { revision } = this.#switches.report()
    this.#log.info({ switches, workers: ids, revision }, 'optimizations changed')
    // A worker that is just starting is told with its assignment; one that does not answer has been told nevertheless.
    await this.#ask(
      this.#slots.filter(({ id }) => ids.includes(id)),
      slot => slot.request('switch', this.#switches.of(slot.id))
    )
    return this.#switches.report()
  }

  #totals(): ServerTotals {
    const { closed: _closed, handlerErrors: _handlerErrors, ...totals } = this.#slots
      .map(slot => slot.lasting.read().totals)
      .reduce(addTotals, noTotals())
    return totals
  }

  #slotOfConnection(id: string): WorkerSlot | undefined {
    const worker = Number.parseInt(id, 10)
    return this.#slots.find(slot => slot.id === worker)
  }

  async #refresh(): Promise<void> {
    await Promise.all(this.#slots.map(slot => slot.refresh()))
  }

  #askAll<Up>(request: (slot: WorkerSlot) => Promise<Up>): Promise<Up[]> {
    return this.#ask(this.#slots, request)
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

  #startSlot(slot: WorkerSlot): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#startWaits.set(slot.id, { resolve, reject })
      slot.start()
    })
  }

  #slotEvents(): ConstructorParameters<typeof WorkerSlot>[1] {
    return {
      assignment: (worker, incarnation) => this.#assignment(worker, incarnation),
      onMessage: (worker, message) => this.#onMessage(worker, message),
      onExit: (worker, how, delayMs) => this.#onExit(worker, how, delayMs)
    }
  }

  #assignment(worker: number, incarnation: number): WorkerAssignment {
    const { frameHost, workers, maxConnections, wire, maxFrameBytes, poolGuard } = this.#options
    // Connections are dealt in turn, so an equal share for each worker adds up to the whole.
    const share = Math.floor(maxConnections / workers) + (worker <= maxConnections % workers ? 1 : 0)
    return {
      worker,
      incarnation,
      host: frameHost,
      port: this.#framePort,
      switches: this.#switches.of(worker),
      wire,
      maxFrameBytes,
      poolGuard,
      limits: { ...limitsOf(this.#options), maxConnections: share }
    }
  }

  #onMessage(worker: number, message: FromWorker): void {
    if (message.type === 'listening') {
      this.#framePort = message.port
      this.#startWaits.get(worker)?.resolve()
      this.#startWaits.delete(worker)
    } else if (message.type === 'failed') {
      const error = new ListenError(this.#options.frameHost, this.#framePort, message.code)
      this.#log.error({ worker, code: message.code }, error.message)
      this.#startWaits.get(worker)?.reject(error)
      this.#startWaits.delete(worker)
    } else if (message.type === 'refusal') {
      const { refusal, suppressed } = message
      this.#log.warn({ worker, ...refusal, suppressed }, `refused ${refusal.peer}: ${refusal.reason}`)
    } else if (message.type === 'handler-error') {
      this.#log.error({ worker, suppressed: message.suppressed }, `handler failed: ${message.message}`)
    }
  }

  #onExit(worker: number, how: string, delayMs: number | null): void {
    if (delayMs !== null) {
      const next = delayMs === 0 ? 'it is replaced at once' : `restart loop: the next one starts in ${delayMs / 1000} s`
      this.#log.error({ worker, delayMs }, `worker ${worker} ${how}; ${next}`)
    }
    this.#noteStopped()
  }

  #noteStopped(): void {
    if (this.#state === 'draining' && this.#slots.every(({ state }) => state === 'stopped')) {
      this.#monitor.stop()
      this.#settleStopped()
    }
  }
}

function limitsOf(options: Options): WorkerAssignment['limits'] {
  const { maxConnections, readBufferBytes, highWaterBytes, maxOwedBytes } = options
  const { frameTimeoutMs, idleTimeoutMs, drainTimeoutMs, lingerTimeoutMs } = options
  return {
    maxConnections,
    readBufferBytes,
    highWaterBytes,
    maxOwedBytes,
    frameTimeoutMs,
    idleTimeoutMs,
    drainTimeoutMs,
    lingerTimeoutMs
  }
}

/** The worker's entry beside this file, in the form that this file is in: compiled, or the source itself. */
function entryPath(): string {
  const self = fileURLToPath(import.meta.url)
  return fileURLToPath(new URL(`./worker-entry${extname(self)}`, import.meta.url))
}
