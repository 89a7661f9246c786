import type { FreshComparison, FreshConfirmation } from '../contract/confirmation.ts'
import type { ExperimentBlock, ExperimentReport, MetricVerdict } from '../contract/experiment.ts'
import { intervalText, percentText } from './report/figure-text.ts'

/**
 * Holds what was found in one process against what the same arms cost in processes of their own. They disagree when their
 * intervals do not overlap, and so whenever both are sure of opposite signs. `verdictOf` is the pipeline of the experiment.
 */
export function confirmation(
  live: ExperimentReport,
  blocks: readonly ExperimentBlock[],
  { pairs, blockSeconds }: { pairs: number; blockSeconds: number },
  verdictOf: (before: number, after: number) => MetricVerdict | null
): FreshConfirmation {
  const comparisons = live.comparisons.map(({ before, after, verdicts }) => {
    const name = (arm: number): string => live.arms[arm]?.name ?? `${arm}`
    return compared(
      `${name(before)} → ${name(after)}`,
      before,
      after,
      verdicts.cpuPerFrame ?? null,
      verdictOf(before, after)
    )
  })
  const doubtful = comparisons.filter(({ agrees }) => !agrees)
  const sentence =
    doubtful.length === 0
      ? `processes that never ran another arm say the same: ${comparisons.map(({ fresh }) => changeOf(fresh)).join('; ')} CPU per frame.`
      : doubtful.map(comparison => comparison.sentence).join(' ')
  return { pairs, blockSeconds, agrees: doubtful.length === 0, sentence, comparisons, blocks }
}

function compared(
  name: string,
  before: number,
  after: number,
  live: MetricVerdict | null,
  fresh: MetricVerdict | null
): FreshComparison {
  const found = { before, after, live, fresh }
  const [one, other] = [live?.interval ?? null, fresh?.interval ?? null]
  if (one === null || other === null) {
    return {
      ...found,
      agrees: false,
      sentence: `${name}: it could not be measured on both sides, so nothing is confirmed.`
    }
  }
  const figures = `${changeOf(live)} live, ${changeOf(fresh)} in fresh processes`
  if (one[0] <= other[1] && other[0] <= one[1]) {
    return { ...found, agrees: true, sentence: `${name}: ${figures}; the intervals overlap.` }
  }
  const isOpposite = one[1] < 0 !== other[1] < 0 && (one[0] > 0 || one[1] < 0) && (other[0] > 0 || other[1] < 0)
  const what = isOpposite ? 'whether it helps at all' : 'how much it changes'
  return { ...found, agrees: false, sentence: `${name}: ${figures}: ${what} depends on what the compiler has seen.` }
}

function changeOf(verdict: MetricVerdict | null): string {
  if (verdict === null || verdict.effectPercent === null) return 'unknown'
  return `${percentText(verdict.effectPercent)} (${intervalText(verdict.interval)})`
}
