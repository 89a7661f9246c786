import { median } from 'simple-statistics'
import type { ExperimentBlock, ExperimentGuards } from '../contract/experiment.ts'
import { type BlockWindow, errorsOf } from './block-window.ts'

/** A guard was crossed; its message says which, by what and where. */
export class GuardError extends Error {
  readonly code = 'FRAMELAB_EXPERIMENT_GUARD'
  readonly guard: keyof ExperimentGuards

  constructor(guard: keyof ExperimentGuards, message: string) {
    super(`guard ${guard}: ${message}`)
    this.name = 'GuardError'
    this.guard = guard
  }
}

/** Of fewer frames a share says nothing. */
const FEWEST_FRAMES = 100
/** So many blocks say what the p99 of the first arm is. */
const FEWEST_REFERENCES = 3

/** What can be seen in the middle of a block. */
export interface Watched {
  readonly frames: number
  readonly errors: number
  readonly rssBytes: number
}

/** Throws GuardError. `where` is words such as "in a block of 'after'". */
export function watchGuards({ errorRate, rssBytes }: ExperimentGuards, seen: Watched, where: string): void {
  // A stream that is refused at its first frame is an error without one.
  const tried = Math.max(seen.frames, seen.errors)
  if (errorRate !== null && tried >= FEWEST_FRAMES && seen.errors / tried > errorRate) {
    const share = `${percent(seen.errors / tried)} (${seen.errors} beside ${seen.frames} frames)`
    throw new GuardError('errorRate', `errors were ${share} ${where}, more than ${percent(errorRate)}`)
  }
  if (rssBytes !== null && seen.rssBytes > rssBytes) {
    throw new GuardError('rssBytes', `a worker took ${seen.rssBytes} bytes ${where}, more than ${rssBytes}`)
  }
}

/** All guards, at the end of a block. `blocks` are those before it. Throws GuardError. */
export function checkGuards(
  guards: ExperimentGuards,
  window: BlockWindow,
  p99: number | null,
  blocks: readonly ExperimentBlock[],
  where: string
): void {
  watchGuards(guards, { frames: window.frames, errors: errorsOf(window), rssBytes: window.rssBytes }, where)
  const { loopDelayMs, p99Factor } = guards
  const delayMs = window.loopDelaySeconds * 1000
  if (loopDelayMs !== null && delayMs > loopDelayMs) {
    throw new GuardError(
      'loopDelayMs',
      `the event loop was ${Math.round(delayMs)} ms late ${where}, more than ${loopDelayMs} ms`
    )
  }
  const references = blocks.flatMap(({ arm, excluded, figures }) =>
    arm === 0 && excluded === null ? (figures.p99 ?? []) : []
  )
  if (p99Factor === null || p99 === null || references.length < FEWEST_REFERENCES) return
  const factor = p99 / median(references)
  if (factor > p99Factor) {
    throw new GuardError(
      'p99Factor',
      `p99 was ${factor.toFixed(1)} times that of the first arm ${where}, more than ${p99Factor} times`
    )
  }
}

const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`
