import type { WorkerReport, WorkerState } from '../contract/server-report.ts'
import type { FromWorker, WorkerAssignment, WorkerSnapshot } from '../contract/worker-messages.ts'
import type { Handle } from '../dataplane/socket-adapter.ts'
import { workerRates } from './rates.ts'
import { RestartPolicy } from './restart-policy.ts'
import { SnapshotMeter } from './snapshot-meter.ts'
import { LastingTotals } from './totals.ts'
import { type ProcessEvents, WorkerProcess, WorkerUnavailableError } from './worker-process.ts'

/** How a process of a slot ended, and what follows. */
export interface ProcessEnd {
  readonly pid: number | null
  readonly how: string
  /**
   * `died`: another one starts after `delayMs`. `replaced`: its successor has long taken over. `not_taken_over`: it was to
   * be a successor, and the process before it serves on. `stopped`: it was told to, and none follows.
   */
  readonly what: 'died' | 'replaced' | 'not_taken_over' | 'stopped'
  readonly delayMs: number
}

/** What a slot tells its supervisor. */
export interface SlotEvents {
  /** What the next process of this slot is to serve. */
  assignment(worker: number, incarnation: number): WorkerAssignment
  onMessage(worker: number, message: FromWorker): void
  onReturned(process: WorkerProcess, connection: Handle): void
  /** A process has ended; the slot is in its next state already. */
  onExit(slot: WorkerSlot, end: ProcessEnd): void
  onState(slot: WorkerSlot): void
}

/**
 * The place of one worker, which outlives its processes.
 *
 *   starting --serving----> running --drain()--> draining --exit--> stopped
 *      ^                     | ^  ^
 *      |               exit  | |  '--- the old process has ended, or the new one has failed
 *      '--- delay --- restarting '--- restart() --> replacing: a second process starts, takes over, the first one drains
 */
export class WorkerSlot {
  readonly id: number
  readonly lasting = new LastingTotals()
  readonly meter = new SnapshotMeter()
  /** How often another process took over. */
  restarts = 0
  /** How often a process ended that was not told to. */
  crashes = 0
  readonly #events: SlotEvents
  readonly #policy = new RestartPolicy()
  #state: WorkerState = 'stopped'
  #current: WorkerProcess | null = null
  /** It will take over from the current one once it accepts frames. */
  #successor: WorkerProcess | null = null
  /** It has been taken over from and answers the last of its connections. */
  #predecessor: WorkerProcess | null = null
  #started = 0
  #restartTimer: NodeJS.Timeout | undefined
  #stopping = false
  #drainMs = 0
  #replaced: (() => void) | undefined

  constructor(id: number, events: SlotEvents) {
    this.id = id
    this.#events = events
  }

  get state(): WorkerState {
    return this.#state
  }

  /** Null while there is no process. */
  get pid(): number | null {
    return this.#current?.pid ?? null
  }

  /** The process that new connections go to; null while there is none. */
  get taker(): WorkerProcess | null {
    return this.accepting ? this.#current : null
  }

  /** Frames are accepted. */
  get accepting(): boolean {
    return this.#state === 'running' || this.#state === 'replacing'
  }

  /** Those that have connections, the newest last: one, but two while one takes over from another. */
  get processes(): readonly WorkerProcess[] {
    return [this.#predecessor, this.#current].filter(process => process?.serving === true) as WorkerProcess[]
  }

  /** It serves, and nothing of an earlier restart is left. */
  get restartable(): boolean {
    return this.#state === 'running' && this.#predecessor === null
  }

  start(): void {
    this.#current = this.#fork()
    this.#enter('starting')
  }

  /**
   * Starts a second process, which takes over before the first one drains: the port never closes. Only a `restartable`
   * slot can. Resolves when the first one has ended, or the second one has failed to take over.
   */
  restart(drainMs: number): Promise<void> {
    this.#drainMs = drainMs
    this.#successor = this.#fork()
    this.#enter('replacing')
    return new Promise(resolve => {
      this.#replaced = resolve
    })
  }

  /** The latest figures: fresh ones when the worker answers in time, else those it reported last. */
  async refresh(): Promise<void> {
    await Promise.all(
      this.processes.map(async process => {
        try {
          this.#note(process, await process.request('snapshot', null))
        } catch (error) {
          if (!(error instanceof WorkerUnavailableError)) throw error
        }
      })
    )
  }

  /** Stops accepting, answers what has come, exits; no other process follows. */
  drain(deadlineMs: number): void {
    this.#stop()
    this.#current?.drain(deadlineMs)
    this.#successor?.kill()
    this.#enter(this.#isEmpty ? 'stopped' : 'draining')
  }

  /** Ends all processes now; no other follows. */
  kill(): void {
    this.#stop()
    for (const process of [this.#predecessor, this.#current, this.#successor]) process?.kill()
    if (this.#isEmpty) this.#enter('stopped')
  }

  report(): WorkerReport {
    const { totals, process } = this.lasting.read()
    return {
      id: this.id,
      pid: this.pid,
      state: this.state,
      restarts: this.restarts,
      crashes: this.crashes,
      connections: totals.connectionsOpen,
      ...this.lasting.spent,
      rssBytes: process?.rssBytes ?? 0,
      rates: workerRates(this.processes.map(({ rates }) => rates))
    }
  }

  get #isEmpty(): boolean {
    return this.#current === null && this.#successor === null && this.#predecessor === null
  }

  #stop(): void {
    this.#stopping = true
    clearTimeout(this.#restartTimer)
  }

  #enter(state: WorkerState): void {
    if (state === this.#state) return
    this.#state = state
    this.#events.onState(this)
  }

  #fork(): WorkerProcess {
    return new WorkerProcess(this.id, this.#started++, this.#processEvents)
  }

  readonly #processEvents: ProcessEvents = {
    assignment: process => this.#events.assignment(this.id, process.incarnation),
    onMessage: (process, message) => {
      if (message.type === 'snapshot') this.#note(process, message.snapshot)
      else if (message.type === 'serving') this.#onServing(process)
      this.#events.onMessage(this.id, message)
    },
    onReturned: (process, connection) => this.#events.onReturned(process, connection),
    onExit: (process, how) => this.#onExit(process, how)
  }

  #note(process: WorkerProcess, snapshot: WorkerSnapshot): void {
    process.rates.push(snapshot)
    this.lasting.update(process.incarnation, snapshot)
    this.meter.note(process.incarnation, snapshot)
  }

  #onServing(process: WorkerProcess): void {
    if (process === this.#successor && !this.#stopping) this.#takeOver(process)
    else if (process === this.#current && this.#state === 'starting') this.#enter('running')
  }

  #takeOver(successor: WorkerProcess): void {
    this.#predecessor = this.#current
    this.#current = successor
    this.#successor = null
    this.restarts++
    this.#predecessor?.drain(this.#drainMs)
  }

  #onExit(process: WorkerProcess, how: string): void {
    this.lasting.processEnded(process.incarnation)
    this.meter.processEnded(process.incarnation)
    const what = this.#endOf(process)
    let delayMs = 0
    if (what === 'died') {
      this.crashes++
      this.restarts++
      delayMs = this.#policy.delayAfterDeath(process.ageMs)
      // A successor that has begun to start is the next one.
      this.#current = this.#successor
      this.#successor = null
      if (this.#current === null) this.#restartTimer = setTimeout(() => this.start(), delayMs)
      this.#enter(this.#current === null ? 'restarting' : 'starting')
    } else if (what !== 'stopped' && this.#current?.serving === true) {
      this.#enter('running')
    }
    if (this.#stopping && this.#isEmpty) this.#enter('stopped')
    if (this.#predecessor === null && this.#successor === null) this.#replaced?.()
    this.#events.onExit(this, { pid: process.pid, how, what, delayMs })
  }

  /** Takes the process out of its place. */
  #endOf(process: WorkerProcess): ProcessEnd['what'] {
    let what: ProcessEnd['what'] = 'died'
    if (process === this.#current) {
      this.#current = null
    } else if (process === this.#predecessor) {
      this.#predecessor = null
      what = 'replaced'
    } else {
      this.#successor = null
      what = 'not_taken_over'
    }
    return this.#stopping ? 'stopped' : what
  }
}
