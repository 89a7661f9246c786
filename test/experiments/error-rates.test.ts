import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type ExperimentBlock,
  experimentBounds,
  experimentDefaults,
  experimentMetrics
} from '../../src/contract/experiment.ts'
import { type Margins, verdictsOf } from '../../src/experiments/metric-verdicts.ts'
import { switchbackPlan } from '../../src/experiments/plan.ts'
import { seededRandom } from '../../src/telemetry/seeded-random.ts'

/** Simulated experiments of 20 pairs on a machine whose blocks vary by 2 %: how often is the answer wrong? */
const EXPERIMENTS = 400
const PAIRS = 20
const NOISE = 0.02
/** At most so many of 400 when one in twenty is wrong: the 99 % limit of the binomial law. */
const MOST_FALSE_ALARMS = 31
const FEWEST_FOUND = 320

type Random = () => number

const gaussian = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

/** The noise of one block after the other, as a factor's logarithm. */
type Noise = (random: Random) => () => number

const plain: Noise = random => () => NOISE * gaussian(random)

/** One block in twenty is hit by something else that runs on the machine. */
const heavyTailed: Noise = random => () => NOISE * gaussian(random) + (random() < 0.05 ? 0.2 * random() : 0)

/** The machine gets slower all the time, by 20 % over the run. */
const drifting: Noise = random => {
  let block = 0
  return () => NOISE * gaussian(random) + (0.2 * block++) / (2 * PAIRS)
}

/** A block resembles the one before it. */
const autocorrelated: Noise = random => {
  let level = 0
  return () => {
    level = 0.6 * level + Math.sqrt(1 - 0.6 ** 2) * NOISE * gaussian(random)
    return level
  }
}

const nothing = Object.fromEntries(experimentMetrics.map(({ name }) => [name, null])) as ExperimentBlock['figures']
const marginsOf = (percent: number): Margins =>
  Object.fromEntries(experimentMetrics.map(({ name }) => [name, percent])) as Margins

/** All that an experiment does but the measuring: the plan, blocks in its order, the verdict on the primary metric. */
function simulate(noise: Noise, effect: number, marginPercent: number, seed: number): string | undefined {
  const random = seededRandom(seed)
  const next = noise(random)
  const blocks = switchbackPlan(2, PAIRS, [1], random).flatMap(({ pair, turns }) =>
    turns.flat().map(({ arm, workers }): ExperimentBlock => {
      const cpuPerFrame = Math.exp(next()) * (arm === 1 ? 1 + effect : 1)
      const figures = { ...nothing, cpuPerFrame }
      const startedAt = '2026-01-02T03:04:05.678Z'
      const rest = {
        workers,
        startedAt,
        seconds: 1,
        frames: 1000,
        figures,
        externalBytesPerFrame: null,
        excluded: null
      }
      return { index: 2 * pair, pair, arm, ...rest }
    })
  )
  return verdictsOf(blocks, 0, 1, marginsOf(marginPercent)).cpuPerFrame?.verdict
}

function rates(noise: Noise, effect: number, marginPercent: number): { improved: number; regressed: number } {
  const verdicts = Array.from({ length: EXPERIMENTS }, (_, index) =>
    simulate(noise, effect, marginPercent, 7919 * (index + 1))
  )
  return {
    improved: verdicts.filter(verdict => verdict === 'improved').length,
    regressed: verdicts.filter(verdict => verdict === 'regressed').length
  }
}

for (const [name, noise, fewestFound] of [
  ['plain noise', plain, FEWEST_FOUND],
  // An outlier costs power, not truth.
  ['heavy tails', heavyTailed, 260],
  ['drift', drifting, FEWEST_FOUND],
  ['autocorrelated blocks', autocorrelated, FEWEST_FOUND]
] as const) {
  test(`with ${name}, equal arms are called different in at most ${MOST_FALSE_ALARMS} of ${EXPERIMENTS} experiments`, t => {
    // A wider margin would call some of the false alarms equivalent.
    const { improved, regressed } = rates(noise, 0, experimentBounds.marginPercent.min)
    t.diagnostic(`${improved + regressed} of ${EXPERIMENTS} false alarms`)
    assert.ok(improved + regressed <= MOST_FALSE_ALARMS, `${improved} improved, ${regressed} regressed`)
  })

  test(`with ${name}, a true change of 2 % is found in at least ${fewestFound} of ${EXPERIMENTS} experiments`, t => {
    const { improved, regressed } = rates(noise, -0.02, experimentDefaults.marginPercent)
    t.diagnostic(`${improved} of ${EXPERIMENTS} found, ${regressed} with the wrong sign`)
    assert.ok(improved >= fewestFound, `${improved} of ${EXPERIMENTS}`)
    assert.ok(regressed <= 2)
  })
}
