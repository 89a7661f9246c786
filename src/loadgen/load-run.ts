import { performance } from 'node:perf_hooks'
import { answerCommands } from '../protocol/wire.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { figuresOf, type LoadFigures, type LoadSlice } from './figures.ts'
import { type LoadClient, type LoadPeers, ReadSpace } from './load-client.ts'
import type { LoadDefinition } from './load-definition.ts'
import type { LoadProgress } from './load-progress.ts'
import { openClients } from './open-clients.ts'
import { ClosedLoop, type Schedule } from './schedule.ts'
import { Stretch } from './stretch.ts'
import { SubmitBlock } from './submit-block.ts'
import { type LoadCounts, Tally, zeroCounts } from './tally.ts'

const PROGRESS_MS = 1000
const FINISH_CHECK_MS = 10

export interface LoadRunOptions {
  /** Called once a second while Submits are sent. */
  onProgress?(progress: LoadProgress): void
  /** At the end, acks are waited for until none has come for this time. */
  readonly quietMs?: number
  /** And no longer than this. */
  readonly waitMs?: number
}

/**
 * A whole load run in this process:
 *
 *   start() ── connecting ── warm-up ── measured window ── final wait ──> finished
 *                            \_____ Submits are sent ____/
 *
 * What the final figures count:
 * - `seconds`, `acked`, `ackedPerSecond`: the measured window.
 * - `lost`, `errors`: the whole run, connecting, warm-up and final wait included.
 * - `offered`, `sent`: the whole run without what was acked outside the window, so that always
 *   sent = acked + lost + errors.refused. A closed loop that loses nothing sends exactly that many in the window.
 * - `latency`: the window and the final wait, or a stall at the end would not show.
 * - `generator`: the window.
 */
export class LoadRun {
  /** The final figures, whatever ended the run. Never rejects. */
  readonly finished: Promise<LoadFigures>
  readonly #definition: LoadDefinition
  readonly #onProgress: (progress: LoadProgress) => void
  readonly #quietMs: number
  readonly #waitMs: number
  readonly #tally = new Tally()
  readonly #schedule: Schedule
  readonly #peers: LoadPeers
  readonly #clients = new Set<LoadClient>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #window = new Stretch(this.#tally)
  readonly #block = new Stretch(this.#tally)
  readonly #second = new Stretch(this.#tally)
  #state: 'new' | 'connecting' | 'warm_up' | 'measuring' | 'over' = 'new'
  #beganMs = 0
  #finish!: (figures: LoadFigures) => void

  constructor(definition: LoadDefinition, options: LoadRunOptions = {}) {
    this.#definition = definition
    this.#onProgress = options.onProgress ?? (() => {})
    this.#quietMs = options.quietMs ?? 1000
    this.#waitMs = options.waitMs ?? 5000
    this.#schedule = new ClosedLoop(definition.inFlight, this.#tally)
    this.#peers = {
      block: new SubmitBlock(definition.payloadBytes),
      reads: new ReadSpace(),
      tally: this.#tally,
      ackCommand: answerCommands[definition.dialect].SubmitAck,
      onRoom: (client, nowMs) => {
        if (this.#isSending) this.#schedule.onRoom(client, nowMs)
      },
      onClosed: client => this.#onClosed(client)
    }
    this.finished = new Promise(resolve => {
      this.#finish = resolve
    })
  }

  /** What went wrong first, in words; null when nothing did. */
  get firstFault(): string | null {
    return this.#tally.firstFault
  }

  /** All counts of the run up to now: at its end, sent = acked + lost + errors.refused. */
  get totals(): LoadCounts {
    return this.#tally.counts()
  }

  /**
   * Opens the connections and begins to send once all that can be opened are. Rejects with LoadConnectError when the
   * first cannot be; the run is finished then.
   */
  async start(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'connecting'
    try {
      const { host, port, connections } = this.#definition
      await openClients(this.#peers, this.#clients, { host, port, connections, isOver: () => this.#isOver })
    } catch (error) {
      void this.stop()
      throw error
    }
    if (!this.#isOver) this.#beginSending()
  }

  /**
   * The figures since the last mark, or since sending began: everything that was sent, acked, lost or went wrong in
   * between. What is on its way at a mark has been sent before it and is acked after it.
   */
  mark(): LoadFigures {
    this.#foldLatency()
    const figures = figuresOf(this.#block.read())
    this.#block.begin()
    return figures
  }

  /**
   * Stops sending, waits for outstanding acks until none has come for 1 s, 5 s at most, closes the connections and
   * gives the final figures.
   */
  stop(): Promise<LoadFigures> {
    if (!this.#isOver) void this.#end()
    return this.finished
  }

  get #isSending(): boolean {
    return this.#state === 'warm_up' || this.#state === 'measuring'
  }

  get #isOver(): boolean {
    return this.#state === 'over'
  }

  #beginSending(): void {
    const { warmUpMs } = this.#definition
    this.#state = 'warm_up'
    this.#beganMs = performance.now()
    this.#block.begin()
    this.#second.begin()
    this.#timers.push(setInterval(() => this.#reportProgress(), PROGRESS_MS))
    if (warmUpMs === 0) this.#beginWindow()
    else this.#timers.push(setTimeout(() => this.#beginWindow(), warmUpMs))
    for (const client of this.#clients) this.#schedule.onRoom(client, performance.now())
    if (this.#clients.size === 0) void this.stop()
  }

  #beginWindow(): void {
    const { durationMs } = this.#definition
    this.#foldLatency()
    this.#state = 'measuring'
    this.#window.begin()
    if (durationMs !== null) this.#timers.push(setTimeout(() => void this.stop(), durationMs))
  }

  async #end(): Promise<void> {
    const window = this.#state === 'measuring' ? this.#window.read() : nothingMeasured
    this.#state = 'over'
    for (const timer of this.#timers) clearTimeout(timer)
    await this.#outstandingAcks()
    for (const client of this.#clients) client.close()
    this.#foldLatency()
    this.#finish(figuresOf(this.#finalSlice(window)))
  }

  #finalSlice(window: LoadSlice): LoadSlice {
    const { offered, sent, acked, lost, errors } = this.#tally.counts()
    const ackedOutside = acked - window.counts.acked
    const counts = {
      offered: offered - ackedOutside,
      sent: sent - ackedOutside,
      acked: window.counts.acked,
      lost,
      errors
    }
    return { ...window, counts }
  }

  #outstandingAcks(): Promise<void> {
    const tally = this.#tally
    const beganMs = performance.now()
    return new Promise(resolve => {
      const check = (): void => {
        const nowMs = performance.now()
        const quietSinceMs = Math.max(tally.lastReadMs, beganMs)
        const isOver = nowMs - quietSinceMs >= this.#quietMs || nowMs - beganMs >= this.#waitMs
        if (tally.outstanding === 0 || isOver) resolve()
        else setTimeout(check, FINISH_CHECK_MS)
      }
      check()
    })
  }

  #onClosed(client: LoadClient): void {
    this.#clients.delete(client)
    if (this.#clients.size === 0 && this.#isSending) void this.stop()
  }

  #reportProgress(): void {
    this.#foldLatency()
    const { connections, warmUpMs, durationMs } = this.#definition
    this.#onProgress({
      phase: this.#state === 'warm_up' ? 'warm_up' : 'measuring',
      elapsedMs: Math.round(performance.now() - this.#beganMs),
      totalMs: durationMs === null ? null : warmUpMs + durationMs,
      connections: { open: this.#clients.size, asked: connections },
      lastSecond: figuresOf(this.#second.read())
    })
    this.#second.begin()
  }

  /** Latencies are recorded once, and handed to the stretches under way at each boundary of one. */
  #foldLatency(): void {
    const { latency } = this.#tally
    for (const stretch of [this.#window, this.#block, this.#second]) stretch.latency.add(latency)
    latency.reset()
  }
}

const nothingMeasured: LoadSlice = { seconds: 0, counts: zeroCounts, latency: new LatencyHistogram(), busyShare: 0 }
