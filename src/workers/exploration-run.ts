import { setTimeout as sleep } from 'node:timers/promises'
import { shuffle } from 'simple-statistics'
import type { ExplorationBlock, ExplorationReport, ExplorationRequest } from '../contract/exploration.ts'
import { loadFlags } from '../contract/load-command.ts'
import type { OptimizationName, Switches } from '../contract/optimizations.ts'
import type { Lab } from '../controlplane/lab.ts'
import type { Loads } from '../controlplane/loads.ts'
import { cellsOf } from '../experiments/factorial/factorial-design.ts'
import { findings } from '../experiments/factorial/findings.ts'
import { FEWEST_FRAMES } from '../experiments/measure-blocks.ts'
import { measuredBetween } from '../experiments/server-figures.ts'
import { seededRandom } from '../telemetry/seeded-random.ts'
import { environmentNow } from './environment.ts'
import type { SwitchLoan } from './experiments/switch-loans.ts'

export interface ExplorationRunOptions {
  readonly id: string
  readonly request: ExplorationRequest
  readonly version: string
  readonly lab: Lab
  readonly loads: Loads
  readonly loan: SwitchLoan
  readonly onChange: (report: ExplorationReport) => void
}

/** Beyond what a block takes, a combination that nobody renews lasts so long, and so does the load. */
const SLACK_SECONDS = 30
const LOAD_SETTLES_SECONDS = 1
/** For the first answer to it. */
const LONGEST_WAIT_SECONDS = 10

/** Puts every combination into force, one after another in random order, round by round, and measures each. */
export class ExplorationRun {
  report: ExplorationReport
  /** Resolves once a crash of it could be undone, or it cannot begin. */
  readonly kept: Promise<void>
  readonly over: Promise<void>
  readonly #options: ExplorationRunOptions
  readonly #cancellation = new AbortController()
  readonly #signal: AbortSignal
  /** Its load run; null until it drives one. */
  #load: string | null = null

  constructor(options: ExplorationRunOptions) {
    const { id, request, version, lab, loan } = options
    this.#options = options
    const seed = request.seed ?? Math.floor(Math.random() * 2 ** 32)
    this.report = {
      ...{ id, state: 'queued', progress: 0, sentence: 'It will begin.', error: null, seed, request },
      combinations: combinationsOf(request, lab),
      createdAt: new Date().toISOString(),
      ...{ startedAt: null, finishedAt: null, remainingSeconds: null, findings: null },
      environment: environmentNow(version, workersOf(lab).length),
      command: commandOf(request, seed),
      blocks: []
    }
    this.#signal = AbortSignal.any([this.#cancellation.signal, loan.recalled])
    this.kept = loan.written.catch(() => {})
    this.over = this.#run()
  }

  get isOver(): boolean {
    return this.report.finishedAt !== null
  }

  async cancel(): Promise<void> {
    this.#cancellation.abort()
    await this.over
  }

  async #run(): Promise<void> {
    const { loan } = this.#options
    try {
      await loan.written
      await this.#startLoad()
      this.#change({ state: 'running', startedAt: new Date().toISOString() })
      await this.#measure()
      const told = this.report.findings?.sentence ?? 'No two rounds could be measured whole, so nothing can be told.'
      await this.#end({ state: 'done', progress: 1, sentence: told })
    } catch (error) {
      if (this.#cancellation.signal.aborted) {
        await this.#end({ state: 'cancelled', sentence: 'It was cancelled; the switches are as they were.' })
      } else {
        const why = ((loan.recalled.aborted ? loan.recalled.reason : error) as Error).message
        await this.#end({ state: 'failed', error: why, sentence: `It could not go on: ${why}.` })
      }
    }
  }

  /** The switches first. */
  async #end(last: Pick<ExplorationReport, 'state' | 'sentence'> & Partial<ExplorationReport>): Promise<void> {
    const { loan, loads } = this.#options
    await loan.end(last.error ?? last.sentence)
    if (this.#load !== null) await loads.remove(this.#load)
    this.#change({ ...last, finishedAt: new Date().toISOString(), remainingSeconds: null })
  }

  async #startLoad(): Promise<void> {
    const { request, lab, loads } = this.#options
    if (request.load === 'live') return
    const durationSeconds = secondsOf(request) + SLACK_SECONDS
    const { id } = loads.start({ ...request.load, durationSeconds, warmUpSeconds: 0, rampSeconds: 0 })
    this.#load = id
    for (;;) {
      const run = loads.find(id)
      if (run?.state === 'running') break
      if (run?.state !== 'queued') throw new Error(`the load could not begin: ${run?.problem ?? 'it is gone'}`)
      await this.#sleep(0.05)
    }
    // What another load has left behind, such as thousands of connections to be closed, comes first.
    const { framesSent } = (await lab.report()).totals
    for (let waited = 0; waited < LONGEST_WAIT_SECONDS; waited += LOAD_SETTLES_SECONDS) {
      await this.#sleep(LOAD_SETTLES_SECONDS)
      if ((await lab.report()).totals.framesSent > framesSent) return
    }
    throw new Error(`the load had no answer for ${LONGEST_WAIT_SECONDS} s`)
  }

  async #measure(): Promise<void> {
    const { request } = this.#options
    const { combinations, seed } = this.report
    const random = seededRandom(seed)
    const places = Array.from({ length: request.rounds }, (_, round) =>
      shuffle(
        combinations.map((_, index) => index),
        random
      ).map(combination => ({ round, combination }))
    ).flat()
    for (const [index, { round, combination }] of places.entries()) {
      const left = (places.length - index) * (request.blockSeconds + request.washOutSeconds)
      this.#change({
        progress: index / places.length,
        remainingSeconds: left,
        sentence: `Round ${round + 1} of ${request.rounds}: combination ${(index % combinations.length) + 1} of ${combinations.length}.`
      })
      const block = await this.#block(index, round, combination)
      this.#change({ blocks: [...this.report.blocks, block] })
      if ((index + 1) % combinations.length === 0) this.#conclude()
    }
  }

  async #block(index: number, round: number, combination: number): Promise<ExplorationBlock> {
    const { request, lab } = this.#options
    await this.#putInForce(this.report.combinations[combination] as Switches)
    await this.#sleep(request.washOutSeconds)
    const startedAt = new Date().toISOString()
    const before = await lab.report()
    await this.#sleep(request.blockSeconds)
    const after = await lab.report()
    const measured = measuredBetween(before, after)
    const isSame = before.workers.every(({ id, pid }) =>
      after.workers.some(other => other.id === id && other.pid === pid)
    )
    const excluded = !isSame ? 'a worker was replaced' : measured.frames < FEWEST_FRAMES ? 'too little traffic' : null
    return { index, round, combination, startedAt, ...measured, excluded }
  }

  #putInForce(switches: Switches): Promise<void> {
    const { lab, request, loan } = this.#options
    const lastsSeconds = request.washOutSeconds + request.blockSeconds + SLACK_SECONDS
    return loan.use([{ switches, workers: workersOf(lab) }], lastsSeconds)
  }

  #conclude(): void {
    const { blocks, combinations, request } = this.report
    const rounds = Array.from({ length: request.rounds }, (_, round) => {
      const own = blocks.filter(block => block.round === round && block.excluded === null)
      return combinations.flatMap(
        (_, index) => own.find(({ combination }) => combination === index)?.figures.cpuPerFrame ?? []
      )
    })
    const whole = rounds.filter(round => round.length === combinations.length && round.every(figure => figure > 0))
    this.#change({ findings: findings(whole, request) })
  }

  #sleep(seconds: number): Promise<void> {
    return sleep(seconds * 1000, undefined, { signal: this.#signal })
  }

  #change(change: Partial<ExplorationReport>): void {
    this.report = { ...this.report, ...change }
    this.#options.onChange(this.report)
  }
}

export function secondsOf({ switches, fraction, rounds, blockSeconds, washOutSeconds }: ExplorationRequest): number {
  return cellsOf(switches.length, fraction).length * rounds * (blockSeconds + washOutSeconds)
}

/** What is explored in every combination; the rest as it is. */
function combinationsOf({ switches, fraction }: ExplorationRequest, lab: Lab): Switches[] {
  const inForce = lab
    .optimizations()
    .optimizations.map(({ name, workers }) => [name, Object.values(workers)[0] ?? false])
  const others = Object.fromEntries(inForce) as Switches
  return cellsOf(switches.length, fraction).map(cell => ({
    ...others,
    ...Object.fromEntries(switches.map((name, factor) => [name, cell[factor] === 1]))
  }))
}

/** What is not explored and not the same on all workers: there is no telling what it would be in a combination. */
export function switchesThatDiffer({ switches }: ExplorationRequest, lab: Lab): OptimizationName[] {
  const others = lab.optimizations().optimizations.filter(({ name }) => !switches.includes(name))
  return others.flatMap(({ name, workers }) => (new Set(Object.values(workers)).size > 1 ? [name] : []))
}

const workersOf = (lab: Lab): number[] => Object.keys(lab.optimizations().optimizations[0]?.workers ?? {}).map(Number)

function commandOf(request: ExplorationRequest, seed: number): string {
  const { switches, fraction, rounds, blockSeconds, washOutSeconds, load, marginPercent } = request
  const flags = [
    `--rounds ${rounds}`,
    `--block-seconds ${blockSeconds}`,
    `--wash-out-seconds ${washOutSeconds}`,
    `--seed ${seed}`
  ]
  if (fraction === 'half') flags.push('--half')
  flags.push(`--margin ${marginPercent}`)
  if (load !== 'live') flags.push(loadFlags(load))
  return `framelab explore ${switches.join(' ')} ${flags.join(' ')}`
}
