import { performance } from 'node:perf_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import type { ExperimentBlock, ExperimentReport, ExperimentState } from '../../contract/experiment.ts'
import type { LoadProgress } from '../../contract/load-figures.ts'
import type { ProfileReport, ProfileRequest } from '../../contract/profile.ts'
import { UnavailableError } from '../../controlplane/lab.ts'
import { ProfilingBusyError } from '../../controlplane/profiles.ts'
import { WorkerChangedError } from '../../experiments/block-window.ts'
import { FEWEST_PAIRS } from '../../experiments/comparison.ts'
import { GuardError } from '../../experiments/guards.ts'
import { measureBlocks } from '../../experiments/measure-blocks.ts'
import { verdictsOf } from '../../experiments/metric-verdicts.ts'
import { type PlannedStep, splitPlan, switchbackPlan } from '../../experiments/plan.ts'
import { selfTest } from '../../experiments/self-test.ts'
import { verdictSentence } from '../../experiments/verdict-sentence.ts'
import type { LoadDefinition } from '../../loadgen/load-definition.ts'
import { LoadFleet } from '../../loadgen/load-fleet.ts'
import { LoadProcessError } from '../../loadgen/load-process.ts'
import { seededRandom } from '../../telemetry/seeded-random.ts'
import type { LoadTarget } from '../load-target.ts'
import type { WorkerSlot } from '../worker-slot.ts'
import { Pace } from './pace.ts'
import { ServerBench } from './server-bench.ts'
import type { SwitchLoan } from './switch-loans.ts'

/** What an experiment needs of the server. */
export interface ExperimentGround {
  readonly slots: readonly WorkerSlot[]
  readonly loan: SwitchLoan
  readonly target: LoadTarget
  readonly profiles: {
    start(request: ProfileRequest): ProfileReport
    find(id: string): Promise<ProfileReport | null>
    remove(id: string): Promise<boolean>
  }
  /** Resolves once the report will survive a crash. */
  save(report: ExperimentReport, isUnderWay: boolean): Promise<void>
  /** The report has changed; `block` is what is new, if it is one. */
  onChange(report: ExperimentReport, block: ExperimentBlock | null): void
  /** What nobody could have foreseen. */
  onFault(error: unknown): void
}

/** Why it ends before its time. */
class Stopped extends Error {
  readonly state: 'cancelled' | 'failed'
  constructor(state: 'cancelled' | 'failed', why: string) {
    super(why)
    this.name = 'Stopped'
    this.state = state
  }
}

/** Beyond what its turn takes, a layer that nobody renews lasts so long. */
const HOLD_SLACK_SECONDS = 30
const SAVED_EACH_MS = 2000
/** After so many pairs without traffic, more of them would be the same. */
const IDLE_PAIRS = 2
const LONGEST_PROFILE_SECONDS = 5
const PROFILE_POLL_MS = 100
/** Of the load, beside the first turn of each arm. */
const WARM_UP_SECONDS = 1
/** For the first answer to it. */
const LONGEST_WAIT_SECONDS = 10

/**
 * One experiment, from the request for it to its end.
 *
 *   queued → running → done | failed | cancelled
 *
 * However it ends, the switches are given back before it says so.
 */
export class ExperimentJob {
  report: ExperimentReport
  /** Index of the arm in force, by worker. */
  armOf: ReadonlyMap<number, number> = new Map()
  /** Resolves once it will survive a crash, or cannot begin. */
  readonly kept: Promise<void>
  /** Resolves when it has ended and is kept. */
  readonly ended: Promise<void>
  readonly #ground: ExperimentGround
  readonly #abort = new AbortController()
  readonly #steps: readonly PlannedStep[]
  readonly #workers: readonly number[]
  readonly #random: () => number
  readonly #load: LoadFleet | null
  /** Of the load, when it last told. */
  #loadConnections: LoadProgress['connections'] | null = null
  readonly #bench: ServerBench
  readonly #blocks: ExperimentBlock[] = []
  #pace: Pace | null = null
  #savedMs = 0

  constructor(report: ExperimentReport, ground: ExperimentGround) {
    const { request, arms, seed } = report
    this.report = report
    this.#ground = ground
    this.#random = seededRandom(seed)
    this.#workers = ground.slots.map(({ id }) => id)
    const plan = request.design === 'split' ? splitPlan : switchbackPlan
    this.#steps = plan(arms.length, request.pairs, this.#workers, this.#random)
    const onProgress = ({ connections }: LoadProgress): void => {
      this.#loadConnections = connections
    }
    this.#load = request.load === 'live' ? null : loadFleet(request.load, ground.target, onProgress)
    this.#bench = new ServerBench({
      slots: ground.slots,
      hold: ground.loan,
      switches: arms.map(({ switches }) => switches),
      holdSeconds: request.blockSeconds + 2 * request.washOutSeconds + LONGEST_PROFILE_SECONDS + HOLD_SLACK_SECONDS,
      load: this.#load,
      onUse: turn => {
        this.armOf = new Map(turn.flatMap(({ arm, workers }) => workers.map(worker => [worker, arm] as const)))
      }
    })
    const { recalled } = ground.loan
    recalled.addEventListener('abort', () => this.stop('failed', (recalled.reason as Error).message))
    const written = this.#writeDown()
    this.kept = written.catch(() => {})
    this.ended = this.#run(written)
  }

  get isUnderWay(): boolean {
    return this.report.state === 'queued' || this.report.state === 'running'
  }

  /** As it is now: time passes between two blocks too. */
  get current(): ExperimentReport {
    if (this.report.state !== 'running' || this.#pace === null) return this.report
    const progress = Math.min(0.99, this.#pace.progress)
    return { ...this.report, progress, remainingSeconds: Math.round(this.#pace.remainingSeconds) }
  }

  /** Gives the switches back at once, and ends. */
  stop(state: 'cancelled' | 'failed', why: string): void {
    if (!this.isUnderWay || this.#abort.signal.aborted) return
    this.#abort.abort(new Stopped(state, why))
    void this.#giveBack(why)
  }

  async #run(written: Promise<void>): Promise<void> {
    try {
      await written
      await this.#measure()
      await this.#profile()
      this.#abort.signal.throwIfAborted()
      await this.#end('done', null)
    } catch (error) {
      const reason: unknown = this.#abort.signal.aborted ? this.#abort.signal.reason : error
      if (!isForeseen(reason)) this.#ground.onFault(reason)
      const state = reason instanceof Stopped ? reason.state : 'failed'
      await this.#end(state, (reason as Error).message)
    }
  }

  /** Before anything is changed: what could be lost with this process. */
  async #writeDown(): Promise<void> {
    await this.#ground.loan.written
    await this.#ground.save(this.report, true)
  }

  async #measure(): Promise<void> {
    const { signal } = this.#abort
    const { request, arms } = this.report
    signal.throwIfAborted()
    const { warmUp, blocks, profiles } = this.#secondsPlanned()
    this.#pace = new Pace(warmUp + blocks + profiles, () => performance.now())
    this.#change({ state: 'running', startedAt: new Date().toISOString(), sentence: 'Warming up.' })
    if (this.#load !== null) {
      void this.#load.finished.catch(() => {})
      await this.#load.start()
    }
    await this.#warmUp()
    const names = arms.map(({ name }) => name)
    const { blockSeconds, washOutSeconds, guards } = request
    const plan = { steps: this.#steps, arms: names, blockSeconds, washOutSeconds, guards }
    for await (const block of measureBlocks(plan, this.#bench, signal)) this.#add(block)
    this.#conclude()
  }

  /** Each arm once unmeasured: one that the compiler has never seen would pay for that in its first block. */
  async #warmUp(): Promise<void> {
    const { signal } = this.#abort
    // From here on it is these processes that are measured, and in them what blocks need.
    await this.#bench.read()
    if (this.#load !== null) await this.#loadArrives()
    for (const arm of this.report.arms.keys()) {
      signal.throwIfAborted()
      await this.#bench.use([{ arm, workers: this.#workers }])
      await this.#bench.sleep(2 * this.report.request.washOutSeconds, signal)
    }
  }

  /**
   * What another load has left behind, such as thousands of connections to be closed, comes first. A load that is not served
   * on all of its connections is not the one that was asked for.
   */
  async #loadArrives(): Promise<void> {
    for (let waited = 0; waited < LONGEST_WAIT_SECONDS; waited += WARM_UP_SECONDS) {
      await this.#bench.sleep(WARM_UP_SECONDS, this.#abort.signal)
      const { load } = await this.#bench.read()
      if (load === null || load.acked === 0 || this.#loadConnections === null) continue
      const { open, asked } = this.#loadConnections
      if (open === asked) return
      throw new Stopped('failed', `only ${open} of the ${asked} connections of the load are open`)
    }
    throw new Stopped('failed', `the load had no answer for ${LONGEST_WAIT_SECONDS} s`)
  }

  #add(block: ExperimentBlock): void {
    const { request, arms } = this.report
    this.#blocks.push(block)
    const { warmUp, blocks } = this.#secondsPlanned()
    this.#pace?.reach(warmUp + (blocks * this.#blocks.length) / (request.pairs * arms.length))
    const isWholePair = this.#blocks.filter(({ pair }) => pair === block.pair).length === arms.length
    const done = block.pair + (isWholePair ? 1 : 0)
    const hasEnough = isWholePair && done >= FEWEST_PAIRS
    this.#change(
      {
        blocks: [...this.#blocks],
        sentence: `Measuring: ${done} of ${request.pairs} pairs.`,
        ...(hasEnough && { verdicts: verdictsOf(this.#blocks, 0, 1, request.margins) })
      },
      block
    )
    if (performance.now() - this.#savedMs > SAVED_EACH_MS) {
      this.#savedMs = performance.now()
      void this.#ground.save(this.report, true).catch(this.#ground.onFault)
    }
    if (isWholePair && done === IDLE_PAIRS && this.#blocks.every(({ excluded }) => excluded !== null)) {
      const isLive = request.load === 'live'
      const remedy = isLive ? '; put load on the server, or have the experiment drive it with "load": {}' : ''
      throw new Stopped('failed', `there is nothing to measure (${block.excluded})${remedy}`)
    }
  }

  #conclude(): void {
    const { request, arms } = this.report
    const name = (arm: number): string => arms[arm]?.name ?? `${arm}`
    const comparisons = arms.slice(1).map((_, index) => {
      const verdicts = verdictsOf(this.#blocks, 0, index + 1, request.margins)
      return { before: 0, after: index + 1, sentence: verdictSentence(name(0), name(index + 1), verdicts), verdicts }
    })
    const tested = request.selfTest ? selfTest(this.#blocks, request.margins, this.#random) : null
    const sentences = comparisons.map(({ sentence }) => sentence)
    if (tested?.passed === false) sentences.push(tested.sentence)
    this.#change({
      comparisons,
      selfTest: tested,
      verdicts: comparisons[0]?.verdicts ?? {},
      sentence: sentences.join(' ')
    })
  }

  /** A profile of each arm on all workers, one after the other. What is known by now is not lost when one fails. */
  async #profile(): Promise<void> {
    const { request, arms, id, sentence } = this.report
    if (!request.profile) return
    await this.#bench.settle()
    for (const [arm, { name }] of arms.entries()) {
      try {
        await this.#bench.use([{ arm, workers: this.#workers }])
        await this.#bench.sleep(request.washOutSeconds, this.#abort.signal)
        const profile = await this.#profileArm(`${name} (experiment ${id})`.slice(0, 200))
        this.#change({ profiles: [...this.report.profiles, profile] })
      } catch (error) {
        if (this.#abort.signal.aborted || !isForeseen(error)) throw error
        // Ids go by arm: a gap would shift them.
        this.#change({ sentence: `${sentence} No profile of '${name}': ${(error as Error).message}.`, profiles: [] })
        return
      }
    }
  }

  async #profileArm(label: string): Promise<string> {
    const { profiles } = this.#ground
    const { signal } = this.#abort
    const seconds = Math.min(LONGEST_PROFILE_SECONDS, Math.max(1, this.report.request.blockSeconds))
    const { id } = profiles.start({ kind: 'cpu', seconds, workers: null, label })
    for (;;) {
      if (signal.aborted) {
        await profiles.remove(id)
        signal.throwIfAborted()
      }
      const report = await profiles.find(id)
      if (report?.state === 'done') return id
      if (report?.state !== 'queued' && report?.state !== 'running') {
        throw new UnavailableError(report?.error ?? 'it was cancelled')
      }
      await delay(PROFILE_POLL_MS)
    }
  }

  async #end(state: ExperimentState, why: string | null): Promise<void> {
    await this.#giveBack(why ?? 'it is done')
    const finishedAt = new Date().toISOString()
    const error = state === 'failed' ? why : null
    const sentence = state === 'done' ? this.report.sentence : `${inWords[state]}: ${why}.`
    const { progress } = this.current
    const last = { ...this.report, state, error, sentence, finishedAt, remainingSeconds: null }
    const report = { ...last, progress: state === 'done' ? 1 : progress, blocks: [...this.#blocks] }
    await this.#ground.save(report, false).catch(this.#ground.onFault)
    this.report = report
    this.#ground.onChange(report, null)
  }

  /** The switches first. */
  async #giveBack(why: string): Promise<void> {
    const given = this.#ground.loan.end(why)
    this.armOf = new Map()
    this.#load?.kill()
    await Promise.all([given, this.#bench.close()])
  }

  #secondsPlanned(): { warmUp: number; blocks: number; profiles: number } {
    const { blockSeconds, washOutSeconds, profile, load } = this.report.request
    const { length: arms } = this.report.arms
    const turns = this.#steps.reduce((sum, step) => sum + step.turns.length, 0)
    return {
      warmUp: 2 * arms * washOutSeconds + (load === 'live' ? 0 : WARM_UP_SECONDS),
      blocks: turns * washOutSeconds + this.#steps.length * blockSeconds,
      profiles: profile ? arms * (washOutSeconds + LONGEST_PROFILE_SECONDS + 2) : 0
    }
  }

  #change(change: Partial<ExperimentReport>, block: ExperimentBlock | null = null): void {
    this.report = { ...this.report, ...change }
    this.#ground.onChange(this.current, block)
  }
}

const inWords: Readonly<Record<ExperimentState, string>> = {
  queued: 'Queued',
  running: 'Running',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled'
}

function isForeseen(error: unknown): boolean {
  return (
    error instanceof Stopped ||
    error instanceof GuardError ||
    error instanceof WorkerChangedError ||
    error instanceof LoadProcessError ||
    error instanceof UnavailableError ||
    error instanceof ProfilingBusyError
  )
}

function loadFleet(
  load: Exclude<ExperimentReport['request']['load'], 'live'>,
  target: LoadTarget,
  onProgress: (progress: LoadProgress) => void
): LoadFleet {
  const { connections, inFlight, payloadBytes, rate, arrival, seed, processes } = load
  const definition: LoadDefinition = {
    ...target,
    connections,
    inFlight,
    payloadBytes,
    seed,
    durationMs: null,
    warmUpMs: 0,
    ...(rate !== null && { rate, arrival })
  }
  return new LoadFleet(definition, processes, { onProgress })
}
