import cluster from 'node:cluster'
import { extname } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { presetSwitches } from '../contract/optimizations.ts'
import { type Options, optionsSchema } from '../contract/options.ts'
import type { ServerReport } from '../contract/server-report.ts'
import type { TlsMaterial } from '../contract/tls.ts'
import type { FromWorker, WorkerAssignment } from '../contract/worker-messages.ts'
import { Acceptor } from './acceptor.ts'
import { affordableConnections } from './file-descriptors.ts'
import { LimitedNotices } from './limited-notices.ts'
import { SwitchLayers } from './switch-layers.ts'
import { ignoreUnavailable } from './worker-process.ts'
import { type ProcessEnd, WorkerSlot } from './worker-slot.ts'

const RAISE = "raise it with 'ulimit -n' (systemd: LimitNOFILE) or add workers"

/** Closed connections that are remembered, over all workers. */
const CLOSED_KEPT = 10_000

/**
 * Room for the whole hot loop in one piece of compiled code. V8's own bounds are meant for programs without one; within them
 * the loop over a batch of frames is compiled whole or not, as chance has it.
 */
const COMPILER_FLAGS = ['--max-inlined-bytecode-size-cumulative=2500', '--max-inlined-bytecode-size=1000']

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

export interface SupervisorObserver {
  onState(slot: WorkerSlot): void
  onExit(slot: WorkerSlot, end: ProcessEnd): void
}

/** Starts the workers, keeps them running, and ends them. */
export class Supervisor {
  readonly #options: Options
  readonly #log: SupervisorLog
  readonly slots: readonly WorkerSlot[]
  readonly switches: SwitchLayers
  state: ServerReport['state'] = 'starting'
  /** Is told of every new state of a worker, and of every end of a process. */
  observer: SupervisorObserver | null = null
  /** Where frames are accepted; known for sure once `start` has resolved. */
  framePort: number
  /** Whoever waits for a worker to accept frames for the first time. */
  readonly #startWaits = new Map<number, () => void>()
  readonly #acceptor: Acceptor
  readonly #stopped: Promise<void>
  #settleStopped!: () => void

  #tls: TlsMaterial | null

  constructor(options: Options, log: SupervisorLog, tls: TlsMaterial | null) {
    this.#tls = tls
    this.#options = options
    this.#log = log
    this.framePort = options.framePort
    const ids = Array.from({ length: options.workers }, (_, index) => index + 1)
    this.switches = new SwitchLayers(ids, presetSwitches(options.preset))
    this.slots = ids.map(id => new WorkerSlot(id, this.#slotEvents()))
    const overflows = new LimitedNotices(
      () => performance.now(),
      suppressed => log.warn({ suppressed }, `${suppressed} more connections were ended, which is not logged`)
    )
    this.#acceptor = new Acceptor(
      () => this.slots.flatMap(({ taker }) => taker ?? []),
      waiting =>
        overflows.offer(suppressed =>
          log.warn({ waiting, suppressed }, `ended a connection: ${waiting} wait for a worker already`)
        )
    )
    this.#stopped = new Promise(resolve => {
      this.#settleStopped = resolve
    })
  }

  /** Resolves once every worker accepts frames; rejects with ListenError. */
  async start(): Promise<void> {
    cluster.setupPrimary({ exec: entryPath(), args: [], execArgv: [...process.execArgv, ...COMPILER_FLAGS] })
    await this.#listen()
    await Promise.all(this.slots.map(slot => this.#startSlot(slot)))
    this.state = 'running'
  }

  /** Resolves when the last worker has ended after `drain` or `kill`. */
  get stopped(): Promise<void> {
    return this.#stopped
  }

  /** Tells of a limit of open files that is lower than that of connections. */
  warnOfFewDescriptors(): void {
    const { maxConnections, workers } = this.#options
    const affordable = affordableConnections()
    // Who has not asked for so many is told, not warned.
    const unasked = optionsSchema.shape.maxConnections.parse(undefined)
    if (affordable * workers >= maxConnections) return
    this.#log[maxConnections === unasked ? 'info' : 'warn'](
      { maxConnections, affordable: affordable * workers },
      `the limit of open files is enough for ${affordable} connections a worker, ${affordable * workers} in all, not for the ` +
        `${maxConnections} of maxConnections: those beyond are refused; ${RAISE}`
    )
  }

  /** Accepts nothing more, answers what has come, and ends every worker by the deadline. */
  drain(): void {
    if (this.state === 'draining') return
    this.state = 'draining'
    this.#log.info({}, 'draining: no new connections; what has come is answered')
    this.#acceptor.close()
    for (const slot of this.slots) slot.drain(this.#options.shutdownTimeoutMs)
    this.#noteStopped()
  }

  /**
   * Resolves once these workers run with what is in force for them. One that is starting is told as soon as it serves; one
   * that does not answer has been told nevertheless.
   */
  async applySwitches(workers: readonly number[]): Promise<void> {
    const processes = this.slots.filter(({ id }) => workers.includes(id)).flatMap(slot => slot.processes)
    await Promise.all(
      processes.map(process => process.request('switch', this.switches.of(process.worker)).catch(ignoreUnavailable))
    )
  }

  /** From the next handshake on. Only a server that began with a certificate can be given another one. */
  useTls(material: TlsMaterial): void {
    this.#tls = material
    this.#tellTls(this.slots)
  }

  /** One that is starting is told as soon as it serves. */
  #tellTls(slots: readonly WorkerSlot[]): void {
    if (this.#tls === null) return
    for (const process of slots.flatMap(slot => slot.processes)) {
      process.request('tls', this.#tls).catch(ignoreUnavailable)
    }
  }

  /** Resolves when the process of a `restartable` slot is replaced, or has turned out not to be. */
  restart(slot: WorkerSlot): Promise<void> {
    this.#log.info({ worker: slot.id }, `worker ${slot.id} is being replaced`)
    return slot.restart(this.#options.shutdownTimeoutMs)
  }

  /** Ends all workers now. */
  kill(): void {
    this.state = 'draining'
    this.#acceptor.close()
    for (const slot of this.slots) slot.kill()
    this.#noteStopped()
  }

  #startSlot(slot: WorkerSlot): Promise<void> {
    return new Promise(resolve => {
      this.#startWaits.set(slot.id, resolve)
      slot.start()
    })
  }

  async #listen(): Promise<void> {
    const { frameHost } = this.#options
    try {
      this.framePort = await this.#acceptor.listen(frameHost, this.framePort)
    } catch (error) {
      throw new ListenError(frameHost, this.framePort, (error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
    }
  }

  #slotEvents(): ConstructorParameters<typeof WorkerSlot>[1] {
    return {
      assignment: (worker, incarnation) => this.#assignment(worker, incarnation),
      onMessage: (worker, message) => this.#onMessage(worker, message),
      onReturned: (process, connection) => this.#acceptor.takeBack(connection, process),
      onExit: (slot, end) => this.#onExit(slot, end),
      onState: slot => this.observer?.onState(slot)
    }
  }

  #assignment(worker: number, incarnation: number): WorkerAssignment {
    const { workers, wire, maxFrameBytes, poolGuard } = this.#options
    return {
      worker,
      incarnation,
      switches: this.switches.of(worker),
      wire,
      maxFrameBytes,
      poolGuard,
      tls: this.#tls,
      closedKept: Math.floor(CLOSED_KEPT / workers),
      limits: limitsOf(this.#options, worker)
    }
  }

  #onMessage(worker: number, message: FromWorker): void {
    if (message.type === 'serving') {
      // What was switched since it was told what to serve.
      void this.applySwitches([worker])
      this.#tellTls(this.slots.filter(({ id }) => id === worker))
      this.#acceptor.deal()
      this.#startWaits.get(worker)?.()
      this.#startWaits.delete(worker)
    } else if (message.type === 'taken') {
      this.#acceptor.deal()
    } else if (message.type === 'not-arrived') {
      this.#log.warn(
        { worker },
        `worker ${worker} is at the limit of open files and cannot take a connection, which waits; ${RAISE}`
      )
      this.#acceptor.deal()
    } else if (message.type === 'refusal') {
      const { refusal, suppressed } = message
      this.#log.warn({ worker, ...refusal, suppressed }, `refused ${refusal.peer}: ${refusal.reason}`)
    } else if (message.type === 'suppressed') {
      this.#log.warn({ worker, suppressed: message.count }, `${message.count} more ${message.what} were not logged`)
    } else if (message.type === 'handler-error') {
      this.#log.error({ worker, suppressed: message.suppressed }, `handler failed: ${message.message}`)
    }
  }

  #onExit(slot: WorkerSlot, end: ProcessEnd): void {
    const { id: worker } = slot
    const { pid, how, what, delayMs } = end
    this.observer?.onExit(slot, end)
    if (what === 'died') {
      const next = delayMs === 0 ? 'it is replaced at once' : `restart loop: the next one starts in ${delayMs / 1000} s`
      this.#log.error({ worker, pid, delayMs }, `worker ${worker} ${how}; ${next}`)
    } else if (what === 'replaced') {
      this.#log.info({ worker, pid }, `worker ${worker} is replaced; its old process ${how}`)
    } else if (what === 'not_taken_over') {
      this.#log.error(
        { worker, pid },
        `worker ${worker} is not replaced: the new process ${how}; the old one serves on`
      )
    }
    this.#noteStopped()
  }

  #noteStopped(): void {
    if (this.state === 'draining' && this.slots.every(({ state }) => state === 'stopped')) {
      this.#settleStopped()
    }
  }
}

/** Connections are dealt evenly, so an equal share for each worker adds up to the whole. */
function shareOf(whole: number, worker: number, workers: number): number {
  return Math.floor(whole / workers) + (worker <= whole % workers ? 1 : 0)
}

function limitsOf(options: Options, worker: number): WorkerAssignment['limits'] {
  const { workers, maxConnections, maxConnectionsPerAddress, maxConnectionRatePerAddress } = options
  const { allowNetworks, denyNetworks, readBufferBytes, highWaterBytes, maxOwedBytes } = options
  const { frameTimeoutMs, idleTimeoutMs, drainTimeoutMs, lingerTimeoutMs, keepAliveMs } = options
  return {
    maxConnections: Math.min(shareOf(maxConnections, worker, workers), affordableConnections()),
    // Rounded up: a share of 0 would be no limit, and one address is seldom dealt quite evenly.
    maxConnectionsPerAddress: Math.ceil(maxConnectionsPerAddress / workers),
    maxConnectionRatePerAddress: Math.ceil(maxConnectionRatePerAddress / workers),
    allowNetworks,
    denyNetworks,
    readBufferBytes,
    highWaterBytes,
    maxOwedBytes,
    frameTimeoutMs,
    idleTimeoutMs,
    drainTimeoutMs,
    lingerTimeoutMs,
    keepAliveMs
  }
}

/** The worker's entry beside this file, in the form that this file is in: compiled, or the source itself. */
function entryPath(): string {
  const self = fileURLToPath(import.meta.url)
  return fileURLToPath(new URL(`./worker-entry${extname(self)}`, import.meta.url))
}
