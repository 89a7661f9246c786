import { median, shuffle } from 'simple-statistics'
import {
  type ExperimentBlock,
  type ExperimentMetric,
  experimentMetrics,
  type SelfTest
} from '../contract/experiment.ts'
import { FEWEST_PAIRS } from './comparison.ts'
import { type Margins, type PairedValues, verdictsOfPairs } from './metric-verdicts.ts'

/** One in a hundred healthy runs is called ill, over all metrics together. */
const LEVEL = 0.01

interface Twins {
  readonly one: ExperimentBlock
  readonly other: ExperimentBlock
}

/**
 * Blocks of this run that were measured under equal switches, through the same pipeline: each arm's blocks are taken by twos as
 * they came, which of two is "before" is drawn, as often one as the other, and every arm is put on the scale of the first. It
 * fails when any metric differs, after Holm's correction. null with too few blocks.
 */
export function selfTest(blocks: readonly ExperimentBlock[], margins: Margins, random: () => number): SelfTest | null {
  const used = blocks.filter(({ excluded }) => excluded === null)
  const arms = [...new Set(used.map(({ arm }) => arm))].sort((a, b) => a - b)
  const twins = arms.flatMap(arm => byTwos(used.filter(block => block.arm === arm)))
  if (twins.length < FEWEST_PAIRS) return null
  const isSwapped = shuffle(
    twins.map((_, index) => index % 2 === 0),
    random
  )
  const pairsOf = (metric: ExperimentMetric): PairedValues => {
    const scale = scaleOf(used, arms, metric)
    const values = twins.flatMap(({ one, other }, index) => {
      const pair = [one, other].map(block => ({ value: block.figures[metric], factor: scale.get(block.arm) ?? 1 }))
      const scaled = pair.flatMap(({ value, factor }) => (value === null ? [] : [value * factor]))
      if (scaled.length < 2) return []
      return [isSwapped[index] ? scaled.toReversed() : scaled]
    })
    return { before: values.map(pair => pair[0] as number), after: values.map(pair => pair[1] as number) }
  }
  const verdicts = verdictsOfPairs(pairsOf, margins)
  const different = experimentMetrics.filter(({ name }) => (verdicts[name]?.pHolm ?? 1) < LEVEL)
  const passed = different.length === 0
  const sentence = passed
    ? `The same pipeline finds no difference between blocks of equal arms of this run (${twins.length} pairs).`
    : `The same pipeline finds a difference between blocks of equal arms of this run (${different.map(({ title }) => title).join(', ')}): what it says of different arms is not to be trusted. Longer blocks or wash-outs, or a quieter machine, may help.`
  return { passed, sentence, verdicts }
}

function byTwos(blocks: readonly ExperimentBlock[]): Twins[] {
  const twins: Twins[] = []
  for (let index = 0; index + 1 < blocks.length; index += 2) {
    twins.push({ one: blocks[index] as ExperimentBlock, other: blocks[index + 1] as ExperimentBlock })
  }
  return twins
}

/** What the values of an arm are multiplied with. Where either median is nothing, by one. */
function scaleOf(
  blocks: readonly ExperimentBlock[],
  arms: readonly number[],
  metric: ExperimentMetric
): Map<number, number> {
  const medians = arms.map(arm => {
    const values = blocks.flatMap(block => (block.arm === arm ? (block.figures[metric] ?? []) : []))
    return values.length === 0 ? 0 : median(values)
  })
  const [first = 0] = medians
  return new Map(arms.map((arm, index) => [arm, medians[index] ? first / (medians[index] as number) || 1 : 1]))
}
