import type { FreshConfirmation } from '../../contract/confirmation.ts'
import type { ExperimentArm, ExperimentComparison, ExperimentReport } from '../../contract/experiment.ts'
import { escapeHtml } from '../../profiling/html.ts'
import { armLegend, blockSeries } from './block-series.ts'
import { blockTable } from './block-table.ts'
import { environmentFacts, factList, requestFacts } from './facts.ts'
import { intervalPlot, statisticsTable } from './verdict-section.ts'
import { type ReportPage, strictPolicy, wholePage } from './whole-page.ts'

export type { ReportPage } from './whole-page.ts'

export interface ReportAdditions {
  /** The same arms in processes of their own. */
  readonly confirmation?: FreshConfirmation | null
  /** Of the first comparison: a whole page that draws the difference of the two profiles, and what it may run. */
  readonly flameGraph?: ReportPage | null
}

/** One experiment as one file that fetches nothing: the verdict in words first, and all that it rests on behind it. */
export function reportPage(
  report: ExperimentReport,
  { confirmation = null, flameGraph = null }: ReportAdditions = {}
): ReportPage {
  // A page in a frame made of text is held to the rules of the page around it.
  const contentSecurityPolicy = flameGraph?.contentSecurityPolicy ?? strictPolicy()
  const names = report.arms.map(({ name }) => name)
  const title = report.request.label ?? names.join(' → ')
  const html = wholePage(
    `${title}: framelab experiment`,
    contentSecurityPolicy,
    `<h1>${escapeHtml(title)}</h1>
${summary(report, confirmation)}
${report.comparisons.map(comparison => comparisonSection(comparison, report.arms)).join('\n')}
${blockSection(report)}
${confirmation === null ? '' : confirmationSection(confirmation)}
${flameGraph === null ? '' : flameGraphSection(flameGraph)}
<h2>How it was measured</h2>
${factList(requestFacts(report))}
${armTable(report.arms)}
<h2>Where it was measured</h2>
${factList(environmentFacts(report.environment))}
<h2>Again</h2>
<pre tabindex="0"><code>${escapeHtml(report.command)}</code></pre>`
  )
  return { html, contentSecurityPolicy }
}

function summary(report: ExperimentReport, confirmation: FreshConfirmation | null): string {
  const { state, sentence, error, selfTest } = report
  const unfinished =
    state === 'done'
      ? ''
      : `<p class="warning">This experiment is ${state}${error === null ? '' : `: ${escapeHtml(error)}`}.</p>`
  const test =
    selfTest === null
      ? '<p class="note">Without a self-test.</p>'
      : `<p class="${selfTest.passed ? 'note' : 'warning'}">Self-test: ${escapeHtml(selfTest.sentence)}</p>`
  const fresh =
    confirmation === null
      ? ''
      : `<p class="${confirmation.agrees ? 'note' : 'warning'}">Fresh processes: ${escapeHtml(confirmation.sentence)}</p>`
  return `${unfinished}<p class="verdict">${escapeHtml(sentence)}</p>\n${fresh}${test}`
}

function comparisonSection(comparison: ExperimentComparison, arms: readonly ExperimentArm[]): string {
  const { before, after, sentence, verdicts } = comparison
  const heading = `${arms[before]?.name ?? before} → ${arms[after]?.name ?? after}`
  return `<section><h2>${escapeHtml(heading)}</h2>
${arms.length > 2 ? `<p>${escapeHtml(sentence)}</p>` : ''}
${intervalPlot(verdicts)}
<details><summary>Statistics</summary>${statisticsTable(verdicts)}
<p class="note">The interval decides: improved or regressed when it lies wholly on one side of no change, equivalent when wholly within
the margin. Change: Hodges–Lehmann on log ratios of paired blocks. p: exact signed-rank test, by itself and after Holm over all metrics.
Could have seen: the smallest change that a run like this finds in four of five cases.</p></details></section>`
}

function blockSection({ arms, blocks }: ExperimentReport): string {
  if (blocks.length === 0) return ''
  return `<h2>Block by block</h2>
${armLegend(arms)}
${blockSeries(arms, blocks)}
<details><summary>All ${blocks.length} blocks as a table</summary>${blockTable(arms, blocks)}</details>`
}

function confirmationSection({ comparisons, pairs, blockSeconds }: FreshConfirmation): string {
  const parts = comparisons.map(
    ({ sentence, fresh }) =>
      `<p>${escapeHtml(sentence)}</p>${fresh === null ? '' : intervalPlot({ cpuPerFrame: fresh })}`
  )
  return `<h2>In fresh processes</h2>
<p class="note">${pairs} pairs of blocks of ${blockSeconds} s, each in a server process of its own that never ran another arm.</p>
${parts.join('\n')}`
}

function flameGraphSection({ html }: ReportPage): string {
  return `<h2>Where the CPU time of a frame changed</h2>
<iframe title="Differential flame graph" sandbox="allow-scripts" srcdoc="${escapeHtml(html)}"></iframe>`
}

function armTable(arms: readonly ExperimentArm[]): string {
  const switches = Object.keys(arms[0]?.switches ?? {}) as (keyof ExperimentArm['switches'])[]
  const rows = arms.map(
    arm =>
      `<tr><td>${escapeHtml(arm.name)}</td>${switches.map(name => `<td>${arm.switches[name] ? 'on' : 'off'}</td>`).join('')}</tr>`
  )
  return `<div class="scroll" tabindex="0" role="region" aria-label="Switches of the arms"><table><thead><tr><th scope="col">arm</th>${switches.map(name => `<th scope="col">${name}</th>`).join('')}</tr></thead>
<tbody>${rows.join('')}</tbody></table></div>`
}
