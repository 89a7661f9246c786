import { type ExperimentMetric, experimentMetrics, type MetricVerdict } from '../contract/experiment.ts'
import type { MetricVerdicts } from './metric-verdicts.ts'
import { figureText, intervalText, percentText } from './report/figure-text.ts'

const PRIMARY: ExperimentMetric = 'cpuPerFrame'
const SIGNIFICANT = 0.05
const MOST_NAMED = 4

/** What was found, in words: the primary figure first, then what else is certain after Holm's correction. */
export function verdictSentence(before: string, after: string, verdicts: MetricVerdicts): string {
  const primary = verdicts[PRIMARY]
  if (primary === undefined)
    return `Cannot tell '${after}' and '${before}' apart: too few pairs of blocks could be measured.`
  const others = experimentMetrics.flatMap(({ name, title }) => {
    const verdict = verdicts[name]
    return name === PRIMARY || verdict === undefined ? [] : [{ title, verdict }]
  })
  const certain = (kind: MetricVerdict['verdict']): string[] =>
    others
      .filter(({ verdict }) => verdict.verdict === kind && (verdict.pHolm ?? 1) < SIGNIFICANT)
      .map(({ title, verdict }) => `${lowerFirst(title)} ${changeText(verdict)}`)
  const restless = [{ title: 'CPU per frame', verdict: primary }, ...others]
    .filter(({ verdict }) => verdict.spread.verdict === 'more')
    .map(({ title }) => lowerFirst(title))
  return [
    primarySentence(before, after, primary),
    listSentence('Worse', certain('regressed')),
    listSentence('Better too', certain('improved')),
    listSentence(`Less steady with '${after}'`, restless)
  ]
    .filter(text => text !== '')
    .join(' ')
}

function primarySentence(before: string, after: string, verdict: MetricVerdict): string {
  const { effectPercent, interval, marginPercent, detectablePercent } = verdict
  const range = `95 % interval ${intervalText(interval)}`
  const values = `${figureText(verdict.before)} to ${figureText(verdict.after)} µs`
  switch (verdict.verdict) {
    case 'improved':
      return `'${after}' is better than '${before}': CPU per frame ${percentText(effectPercent)} (${range}), from ${values}.`
    case 'regressed':
      return `'${after}' is worse than '${before}': CPU per frame ${percentText(effectPercent)} (${range}), from ${values}.`
    case 'equivalent':
      return `'${after}' makes no difference against '${before}': CPU per frame ${percentText(effectPercent)} (${range}), within the margin of ${marginPercent} %.`
    case 'inconclusive':
      return `Cannot tell '${after}' and '${before}' apart: CPU per frame ${percentText(effectPercent)} (${range}); this run could have seen a change of ${figureText(detectablePercent)} %.`
  }
}

function changeText({ effectPercent, before, after, unit }: MetricVerdict): string {
  return effectPercent === null
    ? `from ${figureText(before)} to ${figureText(after)} ${unit}`
    : percentText(effectPercent)
}

function listSentence(head: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const more = items.length - MOST_NAMED
  return `${head}: ${items.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`
}

/** `GC per million frames` and `CPU per frame` keep their capitals. */
function lowerFirst(title: string): string {
  return /^[A-Z][a-z]/.test(title) ? `${title[0]?.toLowerCase()}${title.slice(1)}` : title
}
