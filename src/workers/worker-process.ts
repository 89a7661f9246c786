import cluster, { type Worker } from 'node:cluster'
import { performance } from 'node:perf_hooks'
import type { ConnectionInfo, Listing } from '../contract/snapshot.ts'
import type {
  FromWorker,
  ToWorker,
  WorkerAssignment,
  WorkerRequestName,
  WorkerRequests
} from '../contract/worker-messages.ts'
import { type TraceListener, UnavailableError } from '../controlplane/lab.ts'
import type { Handle } from '../dataplane/socket-adapter.ts'
import type { Taker } from './acceptor.ts'
import { RateWindow } from './rates.ts'

const REQUEST_TIMEOUT_MS = 2000
/** After so long it is asked after a connection that was given. */
const ARRIVAL_MS = 1000
/** Messages on their way to a process that does not read; beyond them nothing is asked of it. */
const MOST_WAITING = 200
/** These change what it does, are few, and must have come when it reads again. */
const commands: readonly WorkerRequestName[] = ['switch', 'tls', 'stop-trace', 'stop-measuring', 'stop-profile']

/** The worker did not answer: it is starting, gone, or too busy. */
export class WorkerUnavailableError extends UnavailableError {
  override readonly code = 'FRAMELAB_WORKER_UNAVAILABLE'
  constructor(worker: number, why: string) {
    super(`worker ${worker} ${why}`)
    this.name = 'WorkerUnavailableError'
  }
}

/** For what a worker that does not answer need not be told. Throws every other error. */
export function ignoreUnavailable(error: unknown): void {
  if (!(error instanceof WorkerUnavailableError)) throw error
}

/** What a process tells its slot. */
export interface ProcessEvents {
  /** It listens to messages now, and is to be told what to serve. */
  assignment(process: WorkerProcess): WorkerAssignment
  onMessage(process: WorkerProcess, message: FromWorker): void
  /** It did not take the connection it was given. */
  onReturned(process: WorkerProcess, connection: Handle): void
  onExit(process: WorkerProcess, how: string): void
}

interface Pending {
  /** What came of a listing before its response. */
  readonly items: ConnectionInfo[]
  readonly resolve: (up: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/** One process of a worker, from its start to its end. */
export class WorkerProcess implements Taker {
  readonly worker: number
  /** How many processes this worker had before. */
  readonly incarnation: number
  readonly rates = new RateWindow()
  /** It accepts frames, or answers the last of them. */
  serving = false
  /** Who listens to the traces of its connections, by their numbers. */
  readonly traces = new Map<number, TraceListener>()
  readonly #events: ProcessEvents
  readonly #process: Worker
  readonly #gone = new AbortController()
  readonly #startedMs = performance.now()
  readonly #pending = new Map<number, Pending>()
  #lastNumber = 0
  /** On its way to the process. */
  #given: Handle | null = null
  #givenMs = 0
  #givenCount = 0
  /** What it had when it last told. */
  #connections = 0
  #arrivalTimer: NodeJS.Timeout | undefined
  /** Messages that the channel has not taken yet. */
  #waiting = 0
  #killTimer: NodeJS.Timeout | undefined

  constructor(worker: number, incarnation: number, events: ProcessEvents) {
    this.worker = worker
    this.incarnation = incarnation
    this.#events = events
    this.#process = cluster.fork()
    this.#process.on('message', (message: FromWorker) => this.#onMessage(message))
    this.#process.once('exit', (code, signal) =>
      this.#onExit(signal ? `was ended by ${signal}` : `exited with code ${code}`)
    )
    // A channel that breaks is followed by the exit, which says all there is to say.
    this.#process.on('error', () => {})
  }

  get pid(): number | null {
    return this.#process.process.pid ?? null
  }

  /** Aborts when it has ended, for a WorkerUnavailableError that says how. */
  get gone(): AbortSignal {
    return this.#gone.signal
  }

  get ageMs(): number {
    return performance.now() - this.#startedMs
  }

  /** Resolves with the process's answer; rejects with WorkerUnavailableError. */
  request<Name extends WorkerRequestName>(
    name: Name,
    down: WorkerRequests[Name]['down'],
    timeoutMs = REQUEST_TIMEOUT_MS
  ): Promise<WorkerRequests[Name]['up']> {
    if (this.gone.aborted) return Promise.reject(this.gone.reason)
    if (!this.serving) return Promise.reject(new WorkerUnavailableError(this.worker, 'is starting'))
    if (this.#waiting >= MOST_WAITING && !commands.includes(name)) {
      return Promise.reject(new WorkerUnavailableError(this.worker, `has ${this.#waiting} messages to read first`))
    }
    return new Promise((resolve, reject) => {
      const number = ++this.#lastNumber
      const timer = setTimeout(() => {
        this.#pending.delete(number)
        reject(new WorkerUnavailableError(this.worker, `has not answered for ${timeoutMs / 1000} s`))
      }, timeoutMs)
      this.#pending.set(number, { items: [], resolve: up => resolve(up as WorkerRequests[Name]['up']), reject, timer })
      this.#send({ type: 'request', number, name, down })
    })
  }

  get connections(): number {
    return this.#given === null ? this.#connections : this.#connections + 1
  }

  get takingMs(): number | null {
    return this.#given === null ? null : performance.now() - this.#givenMs
  }

  give(connection: Handle, areOthersLeft: boolean): void {
    this.#given = connection
    this.#givenMs = performance.now()
    const count = ++this.#givenCount
    // The types know no handles without a socket; a channel takes both.
    if (this.#process.isConnected())
      this.#process.send({ type: 'connection', areOthersLeft } satisfies ToWorker, connection as never)
    // Without a free file descriptor over there it gets lost, and nobody says so.
    this.#arrivalTimer = setTimeout(() => this.#send({ type: 'connections-sent', count }), ARRIVAL_MS).unref()
  }

  /** Stops accepting, answers what has come, exits. */
  drain(deadlineMs: number): void {
    this.#send({ type: 'drain', deadlineMs })
    // A process whose loop is stuck cannot end itself.
    this.#killTimer = setTimeout(() => this.kill(), deadlineMs + 1000).unref()
  }

  kill(): void {
    this.#process.process.kill('SIGKILL')
  }

  #send(message: ToWorker): void {
    if (!this.#process.isConnected()) return
    this.#waiting++
    // What is wrong with a channel is followed by the exit.
    this.#process.send(message, undefined, undefined, () => {
      this.#waiting--
    })
  }

  #onMessage(message: FromWorker): void {
    if (message.type === 'hello') this.#send({ type: 'start', assignment: this.#events.assignment(this) })
    else if (message.type === 'serving') this.serving = true
    else if (message.type === 'snapshot') this.#connections = message.snapshot.totals.connectionsOpen
    else if (message.type === 'taken') this.#onTaken(message.accepted, message.connections)
    // Until it tells how many it has, whoever else there is goes first.
    else if (message.type === 'not-arrived') this.#onTaken(false, Number.POSITIVE_INFINITY)
    else if (message.type === 'trace') this.traces.get(message.batch.trace)?.(message.batch.lines, message.batch.ended)
    else if (message.type === 'listing-part') this.#pending.get(message.number)?.items.push(...message.items)
    else if (message.type === 'response') this.#settle(message.number, message.up)
    this.#events.onMessage(this, message)
  }

  #onTaken(accepted: boolean, connections: number): void {
    clearTimeout(this.#arrivalTimer)
    this.#connections = connections
    const connection = this.#given
    this.#given = null
    if (connection === null) return
    if (accepted) connection.close()
    else this.#events.onReturned(this, connection)
  }

  #settle(number: number, up: unknown): void {
    const pending = this.#pending.get(number)
    if (pending === undefined) return
    this.#pending.delete(number)
    clearTimeout(pending.timer)
    const { items } = pending
    const isInParts = items.length > 0
    pending.resolve(isInParts ? { ...(up as Listing), items: [...items, ...(up as Listing).items] } : up)
  }

  #onExit(how: string): void {
    this.serving = false
    // It may have read from it already, so it is no other's.
    this.#given?.close()
    this.#given = null
    clearTimeout(this.#killTimer)
    clearTimeout(this.#arrivalTimer)
    const end = new WorkerUnavailableError(this.worker, how)
    this.#gone.abort(end)
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(end)
    }
    this.#pending.clear()
    const lost = {
      type: 'end',
      at: new Date().toISOString(),
      why: 'worker_lost',
      reason: null,
      reads: 0,
      frames: 0
    } as const
    for (const listener of [...this.traces.values()]) listener([lost], true)
    this.#events.onExit(this, how)
  }
}
