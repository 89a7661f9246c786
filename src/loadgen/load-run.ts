import { performance } from 'node:perf_hooks'
import type { LoadFigures, LoadPhase } from '../contract/load-figures.ts'
import { answerCommands } from '../protocol/wire.ts'
import { LatencyHistogram } from '../telemetry/latency-histogram.ts'
import { figuresOf, type LoadSlice } from './figures.ts'
import { finalWait } from './final-wait.ts'
import { type LoadClient, type LoadPeers, ReadSpace } from './load-client.ts'
import type { LoadDefinition } from './load-definition.ts'
import { openClients } from './open-clients.ts'
import { OpenLoop } from './open-loop.ts'
import type { Schedule } from './schedule.ts'
import { scheduleOf } from './schedule-of.ts'
import { Stretch } from './stretch.ts'
import { SubmitBlock } from './submit-block.ts'
import { type LoadCounts, Tally, zeroCounts } from './tally.ts'

const SECOND_MS = 1000

/** How a process is getting on with its run. */
export interface RunProgress {
  readonly phase: LoadPhase
  readonly elapsedMs: number
  readonly open: number
  /** Since the report before. */
  readonly lastSecond: LoadSlice
}

/** A part of the measured window: those of a run together have every latency that its final figures have. */
export interface LoadInterval {
  /** Since the window began. */
  readonly startMs: number
  readonly lengthMs: number
  readonly latency: LatencyHistogram
}

export interface LoadRunOptions {
  /** Called once a second while Submits are sent. */
  onProgress?(progress: RunProgress): void
  /** Called once a second from the beginning of the window on, and at the end. */
  onInterval?(interval: LoadInterval): void
  /** At the end, acks are waited for until none has come for this time. */
  readonly quietMs?: number
  /** And no longer than this. */
  readonly waitMs?: number
}

/**
 * A whole load run in this process:
 *
 *   connect() ── connecting ── begin() ── ramp ── warm-up ── measured window ── final wait ──> finished
 *                                         \________ Submits become due _____/
 *
 * What the final figures count:
 * - `seconds`, `ackedPerSecond`: the measured window, and the acks that came within it.
 * - `acked`: in a closed loop, the same acks. In an open loop, the Submits that were due in the window and answered
 *   then or in the final wait, in which what still waits goes on being sent.
 * - `latency`: in a closed loop, of acks in the window and the final wait, or a stall at the end would not show. In an
 *   open loop, of exactly those that `acked` counts, from when they were due.
 * - `lost`, `errors`: the whole run, connecting, warm-up and final wait included.
 * - `offered`, `sent`: the whole run without the acked ones that `acked` does not count. So always
 *   sent = acked + lost + errors.refused, and offered = sent + unsent, where nothing is unsent in a closed loop. A run
 *   in which all went well has offered just what was due in the window.
 * - `generator`: the window.
 */
export class LoadRun {
  /** The final figures, whatever ended the run. Never rejects. */
  readonly finished: Promise<LoadFigures>
  /** What they were made of. */
  readonly finalSlice: Promise<LoadSlice>
  readonly #definition: LoadDefinition
  readonly #options: LoadRunOptions
  readonly #tally = new Tally()
  readonly #schedule: Schedule
  readonly #peers: LoadPeers
  readonly #clients = new Set<LoadClient>()
  readonly #timers: NodeJS.Timeout[] = []
  readonly #window = new Stretch(this.#tally)
  readonly #block = new Stretch(this.#tally)
  readonly #second = new Stretch(this.#tally)
  readonly #interval = new LatencyHistogram()
  #state: 'new' | 'connecting' | 'connected' | LoadPhase | 'over' = 'new'
  #beganMs = 0
  #windowBeganMs = 0
  #intervalBeganMs = 0
  #finish!: (slice: LoadSlice) => void

  constructor(definition: LoadDefinition, options: LoadRunOptions = {}) {
    this.#definition = definition
    this.#options = options
    this.#schedule = scheduleOf(definition, this.#tally)
    this.#peers = {
      block: new SubmitBlock(definition.payloadBytes, definition.seed),
      reads: new ReadSpace(),
      tally: this.#tally,
      ackCommand: answerCommands[definition.dialect].SubmitAck,
      onRoom: (client, nowMs) => this.#schedule.onRoom(client, nowMs),
      onClosed: client => this.#onClosed(client)
    }
    this.finalSlice = new Promise(resolve => {
      this.#finish = resolve
    })
    this.finished = this.finalSlice.then(figuresOf)
  }

  /** What went wrong first, in words; null when nothing did. */
  get firstFault(): string | null {
    return this.#tally.firstFault
  }

  /** All counts of the run up to now: at its end, sent = acked + lost + errors.refused. */
  get totals(): LoadCounts {
    return this.#tally.counts()
  }

  /** Connects and begins. Rejects with LoadConnectError when not one connection can be opened; it is finished then. */
  async start(): Promise<void> {
    await this.connect()
    this.begin()
  }

  /** Opens the connections, except for those that a ramp opens later. Rejects as `start` does. */
  async connect(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'connecting'
    const opened = this.#isRampOfConnections ? 1 : this.#definition.connections
    try {
      await this.#open(0, opened)
      if (!this.#isOver) this.#state = 'connected'
    } catch (error) {
      void this.stop()
      throw error
    }
  }

  /** Begins to send. */
  begin(): void {
    if (this.#state !== 'connected') return
    const { rampMs = 0 } = this.#definition
    this.#beganMs = performance.now()
    this.#block.begin()
    this.#reportEverySecond()
    this.#state = 'ramp'
    if (rampMs === 0) this.#beginWarmUp()
    else this.#timers.push(setTimeout(() => this.#beginWarmUp(), rampMs))
    // Not before the window, which may just have begun: its first Submit is due now.
    this.#schedule.begin(this.#clients, performance.now())
    if (this.#isRampOfConnections) void this.#openOthers(rampMs)
    if (this.#clients.size === 0) void this.stop()
  }

  /**
   * The slice since the last mark, or since sending began: everything that was sent, acked, lost or went wrong in
   * between. What is on its way at a mark has been sent before it and is acked after it.
   */
  markSlice(): LoadSlice {
    this.#foldLatency()
    const { latency, ...slice } = this.#block.read()
    const copy = new LatencyHistogram()
    copy.add(latency)
    this.#block.begin()
    return { ...slice, latency: copy }
  }

  mark(): LoadFigures {
    return figuresOf(this.markSlice())
  }

  /**
   * Lets nothing more become due, waits for what is outstanding until no ack has come for 1 s, 5 s at most, closes the
   * connections and gives the final figures.
   */
  stop(): Promise<LoadFigures> {
    if (!this.#isOver) void this.#end()
    return this.finished
  }

  /** The same without waiting. */
  kill(): void {
    void this.stop()
    for (const client of this.#clients) client.close()
  }

  get #isOver(): boolean {
    return this.#state === 'over'
  }

  get #isRampOfConnections(): boolean {
    const { rampMs = 0, rate } = this.#definition
    return rampMs > 0 && rate === undefined
  }

  async #openOthers(rampMs: number): Promise<void> {
    const others = this.#definition.connections - 1
    try {
      if (others > 0) await this.#open(1, others, rampMs)
    } catch (error) {
      this.#tally.firstFault ??= (error as Error).message
    }
  }

  #open(from: number, connections: number, rampMs = 0): Promise<void> {
    const { host, port, tls, firstConnection = 0 } = this.#definition
    return openClients(this.#peers, this.#clients, {
      host,
      port,
      tls,
      connections,
      firstConnection: firstConnection + from,
      rampMs,
      isOver: () => this.#isOver,
      onOpen: client => this.#schedule.onRoom(client, performance.now())
    })
  }

  #beginWarmUp(): void {
    const { warmUpMs } = this.#definition
    this.#state = 'warm_up'
    if (warmUpMs === 0) this.#beginWindow()
    else this.#timers.push(setTimeout(() => this.#beginWindow(), warmUpMs))
  }

  #beginWindow(): void {
    const { durationMs } = this.#definition
    this.#foldLatency()
    this.#state = 'measuring'
    this.#window.begin()
    this.#windowBeganMs = performance.now()
    this.#intervalBeganMs = this.#windowBeganMs
    this.#interval.reset()
    if (this.#schedule instanceof OpenLoop) {
      this.#tally.cohortFromMs = this.#windowBeganMs
      this.#schedule.sendDelay.reset()
    }
    this.#timers.push(setInterval(() => this.#reportInterval(), SECOND_MS))
    if (durationMs !== null) this.#timers.push(setTimeout(() => void this.stop(), durationMs))
  }

  async #end(): Promise<void> {
    const wasMeasuring = this.#state === 'measuring'
    const window = wasMeasuring ? this.#window.read() : nothingMeasured
    this.#schedule.end(performance.now())
    this.#state = 'over'
    for (const timer of this.#timers) clearTimeout(timer)
    const { quietMs = 1000, waitMs = this.#definition.waitMs ?? 5000 } = this.#options
    await finalWait(this.#tally, this.#schedule, quietMs, waitMs)
    for (const client of this.#clients) client.close()
    this.#foldLatency()
    if (wasMeasuring) this.#reportInterval()
    this.#finish(this.#finalSlice(window))
  }

  #finalSlice(window: LoadSlice): LoadSlice {
    const { offered, sent, acked: ackedInAll, lost, errors } = this.#tally.counts()
    const sendDelay = this.#schedule instanceof OpenLoop ? this.#schedule.sendDelay : null
    const acked = sendDelay === null ? window.counts.acked : window.latency.count
    const ackedOutside = ackedInAll - acked
    const counts = { offered: offered - ackedOutside, sent: sent - ackedOutside, acked, lost, errors }
    return { ...window, counts, sendDelay }
  }

  #onClosed(client: LoadClient): void {
    this.#clients.delete(client)
    this.#schedule.onGone(client)
    const isSending = this.#state === 'ramp' || this.#state === 'warm_up' || this.#state === 'measuring'
    if (this.#clients.size === 0 && isSending) void this.stop()
  }

  #reportEverySecond(): void {
    this.#second.begin()
    this.#timers.push(setInterval(() => this.#reportProgress(), SECOND_MS))
  }

  #reportProgress(): void {
    if (this.#state !== 'ramp' && this.#state !== 'warm_up' && this.#state !== 'measuring') return
    this.#foldLatency()
    const elapsedMs = Math.round(performance.now() - this.#beganMs)
    this.#options.onProgress?.({
      phase: this.#state,
      elapsedMs,
      open: this.#clients.size,
      lastSecond: this.#second.read()
    })
    this.#second.begin()
  }

  #reportInterval(): void {
    this.#foldLatency()
    const nowMs = performance.now()
    const startMs = this.#intervalBeganMs - this.#windowBeganMs
    this.#options.onInterval?.({ startMs, lengthMs: nowMs - this.#intervalBeganMs, latency: this.#interval })
    this.#intervalBeganMs = nowMs
    this.#interval.reset()
  }

  /** Latencies are recorded once, and handed to the stretches under way at each boundary of one. */
  #foldLatency(): void {
    const { latency, cohort } = this.#tally
    const ofWindow = this.#schedule instanceof OpenLoop ? cohort : latency
    for (const histogram of [this.#window.latency, this.#interval]) histogram.add(ofWindow)
    for (const stretch of [this.#block, this.#second]) stretch.latency.add(latency)
    latency.reset()
    cohort.reset()
  }
}

const nothingMeasured: LoadSlice = {
  seconds: 0,
  counts: zeroCounts,
  ackedInTime: 0,
  latency: new LatencyHistogram(),
  sendDelay: null,
  busyShare: 0,
  coreWaitShare: 0
}
