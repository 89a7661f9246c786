import { type ExperimentReport, experimentMetrics } from '../../contract/experiment.ts'
import { environmentFacts, type Fact, requestFacts } from '../../experiments/report/facts.ts'
import { figureText, intervalText, percentText } from '../../experiments/report/figure-text.ts'
import { differenceTable } from '../profile-text.ts'
import { textTable } from '../text-table.ts'
import type { ComparisonResult } from './comparison-result.ts'

/** The result for a person: what came of it first, what it rests on behind that. */
export function comparisonText({ experiment, confirmation, gate, profileDifference }: ComparisonResult): string {
  const { sentence, error, selfTest, comparisons, arms, command } = experiment
  const name = (arm: number): string => arms[arm]?.name ?? `${arm}`
  const said = [
    error === null ? [] : `This experiment is ${experiment.state}: ${error}.`,
    sentence,
    confirmation === null ? [] : `Fresh processes: ${confirmation.sentence}`,
    selfTest === null ? [] : `Self-test: ${selfTest.sentence}`,
    gate === null ? [] : gate.sentence
  ].flat()
  const tables = comparisons.map(comparison => {
    const heading = arms.length > 2 ? `${name(comparison.before)} → ${name(comparison.after)}\n` : ''
    return `${heading}${metricTable(comparison, name)}`
  })
  const profiles = profileDifference === null ? '' : `\nCPU profiles, per frame: ${differenceTable(profileDifference)}`
  return `${said.join('\n')}\n\n${tables.join('\n')}${profiles}\n${factLines(experiment)}\n\nAgain: ${command}\n`
}

function metricTable(
  { before, after, verdicts }: ExperimentReport['comparisons'][number],
  name: (arm: number) => string
): string {
  const rows = experimentMetrics.flatMap(metric => {
    const verdict = verdicts[metric.name]
    if (verdict === undefined) return []
    const { effectPercent, interval, detectablePercent } = verdict
    const seen = detectablePercent === null ? '–' : `${figureText(detectablePercent)} %`
    const figures = [verdict.before, verdict.after].map(figureText)
    const spread = verdict.spread.verdict === 'same' ? '' : `, ${verdict.spread.verdict} spread`
    const title = `${metric.title}, ${metric.unit}`
    return [
      [title, ...figures, percentText(effectPercent), intervalText(interval), seen, `${verdict.verdict}${spread}`]
    ]
  })
  const head = ['', name(before), name(after), 'change', '95 % interval', 'could have seen', 'verdict']
  return textTable([head, ...rows], new Set([1, 2, 3, 5]))
}

function factLines(experiment: ExperimentReport): string {
  const facts: readonly Fact[] = [...requestFacts(experiment), ...environmentFacts(experiment.environment)]
  const shown = ['design', 'load', 'seed', 'CPU', 'Node']
  return facts.flatMap(([name, value]) => (shown.includes(name) ? [`${name}: ${value}`] : [])).join('\n')
}
