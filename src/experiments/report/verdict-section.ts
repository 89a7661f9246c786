import {
  type ExperimentMetric,
  experimentMetrics,
  type MetricVerdict,
  type VerdictName
} from '../../contract/experiment.ts'
import { figureText, intervalText, percentText, pText } from './figure-text.ts'
import { intervalAxis, intervalBar, intervalScale } from './interval-plot.ts'

export type Verdicts = Readonly<Partial<Record<ExperimentMetric, MetricVerdict>>>

/** A sign beside the word, for who does not read the colour. */
export const signs: Readonly<Record<VerdictName, string>> = {
  improved: '✓',
  regressed: '✗',
  equivalent: '=',
  inconclusive: '?'
}

/** Every metric with its verdict in a word, its interval drawn, and its change in figures. */
export function intervalPlot(verdicts: Verdicts): string {
  const known = measured(verdicts)
  if (known.length === 0) return '<p class="note">There are no blocks enough for a verdict.</p>'
  const scale = intervalScale(known.map(([, verdict]) => verdict))
  const rows = known.map(
    ([
      { title },
      verdict
    ]) => `<div class="row ${verdict.verdict}"><div>${title}: <span class="word">${signs[verdict.verdict]} ${verdict.verdict}</span></div>
<div>${intervalBar(verdict, scale)}</div><div class="effect">${changeInWords(verdict)}</div></div>`
  )
  return `<div class="intervals">${rows.join('\n')}
<div class="row axis" aria-hidden="true"><div></div><div>${intervalAxis(scale)}</div><div></div></div></div>
<p class="note">Bars are 95 % intervals, on an axis of ratios; the band is the margin within which a change makes no difference.</p>`
}

function changeInWords({ effectPercent, interval, before, after, unit }: MetricVerdict): string {
  const values = `${figureText(before)} → ${figureText(after)} ${unit}`
  if (effectPercent === null) return values
  const range = interval === null ? '' : ` <span class="note">(${intervalText(interval)})</span>`
  return `<b>${percentText(effectPercent)}</b>${range}<br>${values}`
}

/** What the verdicts rest on. */
export function statisticsTable(verdicts: Verdicts): string {
  const rows = measured(verdicts).map(([{ title, unit }, verdict]) => {
    const spread = `${verdict.spread.verdict}${verdict.spread.ratio === null ? '' : ` (× ${figureText(verdict.spread.ratio)}, p ${pText(verdict.spread.p)})`}`
    const cells = [
      `${title}, ${unit}`,
      verdict.verdict,
      figureText(verdict.before),
      figureText(verdict.after),
      percentText(verdict.effectPercent),
      intervalText(verdict.interval),
      pText(verdict.p),
      pText(verdict.pHolm),
      figureText(verdict.cliffsDelta),
      verdict.detectablePercent === null ? '–' : `${figureText(verdict.detectablePercent)} %`,
      `${figureText(verdict.marginPercent)} %`,
      spread,
      `${verdict.pairs}`
    ]
    return `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`
  })
  const heads = ['metric', 'verdict', 'before', 'after', 'change', '95 % interval', 'p', 'p (Holm)', 'Cliff’s δ']
  const more = ['could have seen', 'margin', 'spread', 'pairs']
  return `<div class="scroll" tabindex="0" role="region" aria-label="Statistics"><table><thead><tr>${[...heads, ...more].map(head => `<th scope="col">${head}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}

function measured(verdicts: Verdicts): [(typeof experimentMetrics)[number], MetricVerdict][] {
  return experimentMetrics.flatMap(metric => {
    const verdict = verdicts[metric.name]
    return verdict === undefined ? [] : [[metric, verdict]]
  })
}
