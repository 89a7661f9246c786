import type { ExperimentReport } from '../../contract/experiment.ts'
import type { ExperimentDraft } from './draft.ts'

/** What an experiment will take, and what it can find, before it begins. */

type Length = Pick<ExperimentDraft, 'design' | 'pairs' | 'blockSeconds' | 'washOutSeconds' | 'profile' | 'load'>

const PROFILE_SECONDS = 7
const WARM_UP_SECONDS = 1

/** As the server reckons it: turns with their wash-out, the warm-up of each arm, and a profile of each. */
export function secondsOf(
  { design, pairs, blockSeconds, washOutSeconds, profile, load }: Length,
  arms: number
): number {
  const turns = pairs * arms
  // In a split each arm has all turns of its pair, shorter ones, so that blocks are as long.
  const measured = design === 'split' ? pairs * blockSeconds : turns * blockSeconds
  const warmUp = 2 * arms * washOutSeconds + (load === null ? 0 : WARM_UP_SECONDS)
  return turns * washOutSeconds + measured + warmUp + (profile ? arms * (washOutSeconds + PROFILE_SECONDS) : 0)
}

type Past = Pick<ExperimentReport, 'request' | 'verdicts' | 'state'>

/**
 * The smallest change of CPU per frame, in percent, that such an experiment finds in four of five cases, from what the last
 * one on this server could have found: noise shrinks with the square root of the time measured. null before the first.
 */
export function smallestEffectPercent(draft: Length, past: readonly Past[]): number | null {
  for (const { request, verdicts, state } of past) {
    const found = verdicts.cpuPerFrame
    if (state !== 'done' || found?.detectablePercent == null || request.design !== draft.design) continue
    const measuredThen = found.pairs * request.blockSeconds
    return found.detectablePercent * Math.sqrt(measuredThen / (draft.pairs * draft.blockSeconds))
  }
  return null
}

/** How much blocks scatter where nobody has measured it yet: between an idle machine and a busy one. */
const GUESSED_NOISE_PERCENT = { least: 1, most: 5 }
const STANDARD_ERRORS = 2.8

/** The same, from how much blocks usually scatter. */
export function guessedEffectPercent({ pairs }: Pick<Length, 'pairs'>): {
  readonly least: number
  readonly most: number
} {
  const perNoise = (STANDARD_ERRORS * Math.SQRT2) / Math.sqrt(pairs)
  return { least: GUESSED_NOISE_PERCENT.least * perNoise, most: GUESSED_NOISE_PERCENT.most * perNoise }
}
