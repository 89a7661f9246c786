import cluster, { type Worker } from 'node:cluster'
import { performance } from 'node:perf_hooks'
import type { WorkerReport, WorkerState } from '../contract/server-report.ts'
import type {
  FromWorker,
  ToWorker,
  WorkerAssignment,
  WorkerRequestName,
  WorkerRequests,
  WorkerSnapshot
} from '../contract/worker-messages.ts'
import { gcSecondsOf, RateWindow } from './rates.ts'
import { RestartPolicy } from './restart-policy.ts'
import { LastingTotals } from './totals.ts'

const REQUEST_TIMEOUT_MS = 2000

/** The worker did not answer: it is starting, gone, or too busy. */
export class WorkerUnavailableError extends Error {
  readonly code = 'FRAMELAB_WORKER_UNAVAILABLE'
  constructor(worker: number, why: string) {
    super(`worker ${worker} ${why}`)
    this.name = 'WorkerUnavailableError'
  }
}

/** What a slot tells its supervisor. */
export interface SlotEvents {
  /** What the next process of this slot is to serve. */
  assignment(worker: number, incarnation: number): WorkerAssignment
  onMessage(worker: number, message: FromWorker): void
  /** The process has ended. `delayMs` until the next one; null when none follows. */
  onExit(worker: number, how: string, delayMs: number | null): void
}

interface Pending {
  readonly resolve: (up: unknown) => void
  readonly reject: (error: Error) => void
  readonly timer: NodeJS.Timeout
}

/**
 * The place of one worker, which outlives its processes.
 *
 *   starting --listening--> running --drain()--> draining --exit--> stopped
 *      ^                       | exit
 *      '------- delay ---- restarting
 */
export class WorkerSlot {
  readonly id: number
  readonly lasting = new LastingTotals()
  readonly rates = new RateWindow()
  state: WorkerState = 'stopped'
  restarts = 0
  readonly #events: SlotEvents
  readonly #policy = new RestartPolicy()
  readonly #pending = new Map<number, Pending>()
  #process: Worker | null = null
  #startedMs = 0
  #lastNumber = 0
  #restartTimer: NodeJS.Timeout | undefined
  #stopping = false

  constructor(id: number, events: SlotEvents) {
    this.id = id
    this.#events = events
  }

  start(): void {
    this.state = 'starting'
    this.#startedMs = performance.now()
    const worker = cluster.fork()
    this.#process = worker
    worker.on('message', (message: FromWorker) => this.#onMessage(message))
    worker.once('exit', (code, signal) => this.#onExit(signal ? `was ended by ${signal}` : `exited with code ${code}`))
    // A channel that breaks is followed by the exit, which says all there is to say.
    worker.on('error', () => {})
  }

  /** Resolves with the worker's answer; rejects with WorkerUnavailableError. */
  request<Name extends WorkerRequestName>(name: Name, down: WorkerRequests[Name]['down']): Promise<WorkerRequests[Name]['up']> {
    if (this.state !== 'running' && this.state !== 'draining') {
      return Promise.reject(new WorkerUnavailableError(this.id, `is ${this.state}`))
    }
    return new Promise((resolve, reject) => {
      const number = ++this.#lastNumber
      const timer = setTimeout(() => {
        this.#pending.delete(number)
        reject(new WorkerUnavailableError(this.id, `has not answered for ${REQUEST_TIMEOUT_MS / 1000} s`))
      }, REQUEST_TIMEOUT_MS)
      this.#pending.set(number, { resolve: up => resolve(up as WorkerRequests[Name]['up']), reject, timer })
      this.#send({ type: 'request', number, name, down })
    })
  }

  /** The latest figures: fresh ones when the worker answers in time, else those it reported last. */
  async refresh(): Promise<void> {
    try {
      this.#update(await this.request('snapshot', null))
    } catch (error) {
      if (!(error instanceof WorkerUnavailableError)) throw error
    }
  }

  /** Stops accepting, answers what has come, exits; no other process follows. */
  drain(deadlineMs: number): void {
    this.#stopping = true
    clearTimeout(this.#restartTimer)
    if (this.#process === null) {
      this.state = 'stopped'
      return
    }
    this.state = 'draining'
    this.#send({ type: 'drain', deadlineMs })
  }

  /** Ends the process now; no other follows. */
  kill(): void {
    this.#stopping = true
    clearTimeout(this.#restartTimer)
    this.#process?.process.kill('SIGKILL')
  }

  report(): WorkerReport {
    const { totals, process } = this.lasting.read()
    return {
      id: this.id,
      pid: this.#process?.process.pid ?? null,
      state: this.state,
      restarts: this.restarts,
      connections: totals.connectionsOpen,
      cpuSeconds: process === null ? 0 : process.cpuUserSeconds + process.cpuSystemSeconds,
      gcSeconds: process === null ? 0 : gcSecondsOf(process),
      rssBytes: process?.rssBytes ?? 0
    }
  }

  #send(message: ToWorker): void {
    if (this.#process?.isConnected()) this.#process.send(message)
  }

  #update(snapshot: WorkerSnapshot): void {
    this.lasting.update(snapshot)
    this.rates.push(snapshot)
  }

  #onMessage(message: FromWorker): void {
    if (message.type === 'hello') this.#send({ type: 'start', assignment: this.#events.assignment(this.id, this.restarts) })
    else if (message.type === 'listening' && this.state === 'starting') this.state = 'running'
    else if (message.type === 'snapshot') this.#update(message.snapshot)
    else if (message.type === 'response') this.#settle(message.number, message.up)
    this.#events.onMessage(this.id, message)
  }

  #settle(number: number, up: unknown): void {
    const pending = this.#pending.get(number)
    if (pending === undefined) return
    this.#pending.delete(number)
    clearTimeout(pending.timer)
    pending.resolve(up)
  }

  #onExit(how: string): void {
    this.#process = null
    this.lasting.processEnded()
    this.rates.reset()
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer)
      reject(new WorkerUnavailableError(this.id, how))
    }
    this.#pending.clear()
    if (this.#stopping) {
      this.state = 'stopped'
      this.#events.onExit(this.id, how, null)
      return
    }
    const delayMs = this.#policy.delayAfterDeath(performance.now() - this.#startedMs)
    this.restarts++
    this.state = 'restarting'
    this.#restartTimer = setTimeout(() => this.start(), delayMs)
    this.#events.onExit(this.id, how, delayMs)
  }
}
