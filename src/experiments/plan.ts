import { balancedRounds } from './design.ts'

/** Which arm is in force where. */
export interface Assignment {
  /** Index of the arm. */
  readonly arm: number
  readonly workers: readonly number[]
}

/** Arms that are in force at once, on different workers. */
export type Turn = readonly Assignment[]

/** Turns that belong together: each arm's turns in it are one block. */
export interface PlannedStep {
  /** Blocks of the same pair are compared with each other. */
  readonly pair: number
  readonly turns: readonly Turn[]
}

/** One arm at a time on all workers, pair by pair in balanced random order. */
export function switchbackPlan(
  arms: number,
  pairs: number,
  workers: readonly number[],
  random: () => number
): PlannedStep[] {
  return balancedRounds(indices(arms), pairs, random).flatMap((order, pair) =>
    order.map(arm => ({ pair, turns: [[{ arm, workers }]] }))
  )
}

/**
 * All arms at once, each on as many workers. Within a pair each arm is once on each group of workers: of two arms, they swap
 * half-way. So what a worker or its core is faster than another cancels within the pair. Throws RangeError with fewer workers
 * than arms.
 */
export function splitPlan(
  arms: number,
  pairs: number,
  workers: readonly number[],
  random: () => number
): PlannedStep[] {
  const size = Math.floor(workers.length / arms)
  if (size === 0) throw new RangeError(`${arms} arms at once need ${arms} workers, and there are ${workers.length}`)
  const groups = indices(arms).map(group => workers.slice(group * size, (group + 1) * size))
  return balancedRounds(indices(arms), pairs, random).map((order, pair) => ({
    pair,
    turns: indices(arms).map(shift =>
      order.map((arm, place) => ({ arm, workers: groups[(place + shift) % arms] as readonly number[] }))
    )
  }))
}

const indices = (count: number): number[] => Array.from({ length: count }, (_, index) => index)
