import type { ExperimentBlock, ExperimentGuards } from '../contract/experiment.ts'
import {
  type BlockWindow,
  figuresOf,
  joinWindows,
  type Reading,
  WorkerChangedError,
  windowBetween
} from './block-window.ts'
import { checkGuards, type Watched, watchGuards } from './guards.ts'
import type { Assignment, PlannedStep, Turn } from './plan.ts'

/** The server that is measured, as this runner sees it. Whatever it rejects with ends the measuring. */
export interface Bench {
  /** Puts arms into force, each on its workers; resolves once they are. */
  use(turn: Turn): Promise<void>
  /** Clears away what measuring has left behind, so that no block pays for the one before. */
  settle(): Promise<void>
  /** All workers, now. */
  read(): Promise<Reading>
  /** What is known of a worker without asking it; null when it is not the process that was read. */
  watch(worker: number, since: Reading): Watched | null
  /** Rejects with the signal's reason. */
  sleep(seconds: number, signal: AbortSignal): Promise<void>
}

export interface MeasuringPlan {
  readonly steps: readonly PlannedStep[]
  /** What the arms are called. */
  readonly arms: readonly string[]
  /** Of each block, over all its turns. */
  readonly blockSeconds: number
  readonly washOutSeconds: number
  readonly guards: ExperimentGuards
}

/** A block with fewer frames says nothing: a single collection would decide it. */
export const FEWEST_FRAMES = 100
const WATCH_EACH_SECONDS = 1

/**
 * Measures what is planned, block by block; after each change of arms the wash-out goes by unmeasured. Ends with GuardError or
 * WorkerChangedError, the signal's reason, or whatever the bench rejects with. Of a block that crossed a guard, the figures
 * come first. What is in force then stays: whoever lent the bench gives it back.
 */
export async function* measureBlocks(
  plan: MeasuringPlan,
  bench: Bench,
  signal: AbortSignal
): AsyncGenerator<ExperimentBlock, void> {
  const blocks: ExperimentBlock[] = []
  for (const { pair, turns } of plan.steps) {
    const windows = new Map<number, { workers: number[]; windows: BlockWindow[] }>()
    const startedAt = new Date().toISOString()
    for (const turn of turns) {
      const { before, after } = await measureTurn(plan, turn, plan.blockSeconds / turns.length, bench, signal)
      for (const { arm, workers } of turn) {
        const entry = windows.get(arm) ?? { workers: [], windows: [] }
        windows.set(arm, entry)
        entry.workers.push(...workers)
        entry.windows.push(windowBetween(before, after, workers, turn.length === 1))
      }
    }
    for (const [arm, entry] of windows) {
      const window = joinWindows(entry.windows)
      const workers = [...new Set(entry.workers)].sort((a, b) => a - b)
      const block = blockOf(window, { index: blocks.length, pair, arm, workers, startedAt })
      yield block
      checkGuards(plan.guards, window, block.figures.p99, blocks, `in a block of '${plan.arms[arm]}'`)
      blocks.push(block)
    }
  }
}

async function measureTurn(
  { arms, guards, washOutSeconds }: MeasuringPlan,
  turn: Turn,
  seconds: number,
  bench: Bench,
  signal: AbortSignal
): Promise<{ before: Reading; after: Reading }> {
  signal.throwIfAborted()
  await bench.use(turn)
  await bench.settle()
  await bench.sleep(washOutSeconds, signal)
  const before = await bench.read()
  for (let left = seconds; left > 0; left -= WATCH_EACH_SECONDS) {
    await bench.sleep(Math.min(left, WATCH_EACH_SECONDS), signal)
    for (const assignment of turn) watchArm(assignment, arms, guards, bench, before)
  }
  return { before, after: await bench.read() }
}

function watchArm(
  { arm, workers }: Assignment,
  arms: readonly string[],
  guards: ExperimentGuards,
  bench: Bench,
  since: Reading
): void {
  const seen = workers.map(worker => {
    const watched = bench.watch(worker, since)
    if (watched === null) throw new WorkerChangedError(worker)
    return watched
  })
  const sum = (field: 'frames' | 'errors'): number => seen.reduce((total, watched) => total + watched[field], 0)
  const rssBytes = Math.max(...seen.map(watched => watched.rssBytes))
  watchGuards(guards, { frames: sum('frames'), errors: sum('errors'), rssBytes }, `in a block of '${arms[arm]}'`)
}

function blockOf(
  window: BlockWindow,
  place: Pick<ExperimentBlock, 'index' | 'pair' | 'arm' | 'workers' | 'startedAt'>
): ExperimentBlock {
  const { seconds, frames, externalBytes } = window
  return {
    ...place,
    seconds,
    frames,
    figures: figuresOf(window),
    externalBytesPerFrame: frames > 0 ? externalBytes / frames : null,
    excluded: frames < FEWEST_FRAMES ? `too little traffic: ${frames} ${frames === 1 ? 'frame' : 'frames'}` : null
  }
}
