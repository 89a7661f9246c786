import { type ExperimentReport, type ExperimentRequest, experimentBounds } from '../../contract/experiment.ts'

/** What an experiment will take, and what it can find, before it begins. */

/** As much of an experiment as that depends on. */
interface Length extends Pick<ExperimentRequest, 'design' | 'pairs' | 'blockSeconds' | 'washOutSeconds' | 'profile'> {
  /** null is the traffic that there is. */
  readonly load: object | null
}

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
    const standardErrorThen = 1 / Math.sqrt(found.pairs * request.blockSeconds)
    const standardErrorNow = 1 / Math.sqrt(draft.pairs * draft.blockSeconds)
    const now = standardErrors(draft.pairs) * standardErrorNow
    return (found.detectablePercent * now) / (standardErrors(found.pairs) * standardErrorThen)
  }
  return null
}

/** How much blocks scatter where nobody has measured it yet: between an idle machine and a busy one. */
const GUESSED_NOISE_PERCENT = { least: 1, most: 5 }

/** The same, from how much blocks usually scatter. */
export function guessedEffectPercent({ pairs }: Pick<Length, 'pairs'>): {
  readonly least: number
  readonly most: number
} {
  const perNoise = (standardErrors(pairs) * Math.SQRT2) / Math.sqrt(pairs)
  return { least: GUESSED_NOISE_PERCENT.least * perNoise, most: GUESSED_NOISE_PERCENT.most * perNoise }
}

const FEWEST_PAIRS = experimentBounds.pairs.min

/**
 * How many standard errors a change must have to be found in four of five cases: of many pairs nearly those of a t test, of few
 * more, as the signed-rank test hardly has a 95 % interval of six. Fitted to what the server reckons, to a few percent.
 */
function standardErrors(pairs: number): number {
  return 2.87 * (1 + 0.93 / (Math.max(FEWEST_PAIRS, pairs) - 4.5))
}
