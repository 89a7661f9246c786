import { median } from 'simple-statistics'
import type { ExplorationEffect, ExplorationFindings, ExplorationReport } from '../../contract/exploration.ts'
import { escapeHtml } from '../../profiling/html.ts'
import { environmentFacts, type Fact, factList, loadInWords } from './facts.ts'
import { figureText, intervalText, percentText, pText } from './figure-text.ts'
import { intervalAxis, intervalBar, intervalScale } from './interval-plot.ts'
import { signs } from './verdict-section.ts'
import { type ReportPage, strictPolicy, wholePage } from './whole-page.ts'

/** One exploration as one file that fetches nothing: what to switch on, in words, and the effects it rests on. */
export function explorationPage(report: ExplorationReport): ReportPage {
  const { request, state, error, sentence, findings, environment, command } = report
  const title = request.label ?? `Which of ${request.switches.join(', ')} matter`
  const contentSecurityPolicy = strictPolicy()
  const unfinished =
    state === 'done'
      ? ''
      : `<p class="warning">This exploration is ${state}${error === null ? '' : `: ${escapeHtml(error)}`}.</p>`
  const content = `<h1>${escapeHtml(title)}</h1>
${unfinished}<p class="verdict">${escapeHtml(sentence)}</p>
${findings === null ? '<p class="note">There are no rounds enough for effects.</p>' : effectsSection(findings, request.marginPercent)}
<h2>Every combination</h2>
${cellTable(report)}
<h2>How it was measured</h2>
${factList(requestFacts(report))}
<h2>Where it was measured</h2>
${factList(environmentFacts(environment))}
<h2>Again</h2>
<pre tabindex="0"><code>${escapeHtml(command)}</code></pre>`
  return { html: wholePage(`${title}: framelab exploration`, contentSecurityPolicy, content), contentSecurityPolicy }
}

/** Of one switch its name, of an interaction both. */
export function effectName({ switches }: Pick<ExplorationEffect, 'switches'>): string {
  return switches.join(' × ')
}

function effectsSection({ effects }: ExplorationFindings, marginPercent: number): string {
  const drawn = effects.map(effect => ({ ...effect, marginPercent }))
  const scale = intervalScale(drawn)
  const rows = drawn.map(effect => {
    const { verdict, effectPercent, interval, aliasedWith } = effect
    const alias =
      aliasedWith.length === 0 ? '' : `<br><span class="note">not to be told from ${aliasedWith.join(' × ')}</span>`
    return `<div class="row ${verdict}"><div>${effectName(effect)}: <span class="word">${signs[verdict]} ${verdict}</span>${alias}</div>
<div>${intervalBar(effect, scale)}</div><div class="effect"><b>${percentText(effectPercent)}</b> <span class="note">(${intervalText(interval)})</span></div></div>`
  })
  return `<h2>Effects on CPU per frame</h2>
<div class="intervals">${rows.join('\n')}
<div class="row axis" aria-hidden="true"><div></div><div>${intervalAxis(scale)}</div><div></div></div></div>
<p class="note">Of one switch: what it changes when it is switched on, over all settings of the others. Of two: how much more one of them
changes while the other is on than while it is off. All intervals hold together with 95 %; the band is the margin.</p>
<details><summary>Statistics</summary>${effectTable(effects)}</details>`
}

function effectTable(effects: readonly ExplorationEffect[]): string {
  const rows = effects.map(effect => {
    const { verdict, effectPercent, interval, p, pHolm, aliasedWith } = effect
    const cells = [
      effectName(effect),
      verdict,
      percentText(effectPercent),
      intervalText(interval),
      pText(p),
      pText(pHolm),
      aliasedWith.join(' × ')
    ]
    return row(cells)
  })
  return table('Effects', ['effect', 'verdict', 'change', 'interval', 'p', 'p (Holm)', 'aliased with'], rows)
}

function cellTable({ combinations, blocks, request: { switches } }: ExplorationReport): string {
  const rows = combinations.map((combination, index) => {
    const own = blocks.filter(block => block.combination === index && block.excluded === null)
    const of = (metric: 'cpuPerFrame' | 'framesPerSecond'): string => {
      const values = own.flatMap(({ figures }) => figures[metric] ?? [])
      return values.length === 0 ? '–' : figureText(median(values))
    }
    return row([
      ...switches.map(name => (combination[name] ? 'on' : 'off')),
      `${own.length}`,
      of('cpuPerFrame'),
      of('framesPerSecond')
    ])
  })
  return table('Combinations', [...switches, 'blocks', 'CPU per frame, µs', 'frames/s'], rows)
}

function requestFacts({ id, request, seed, combinations, startedAt, finishedAt }: ExplorationReport): Fact[] {
  const { fraction, rounds, blockSeconds, washOutSeconds, load } = request
  const all = fraction === 'full' ? 'all' : 'half of all (the product of all levels is 1)'
  const facts: Fact[] = [
    [
      'design',
      `${combinations.length} combinations, ${all}, in ${rounds} rounds, each in random order; blocks of ${blockSeconds} s after ${washOutSeconds} s of wash-out`
    ],
    ['load', load === 'live' ? 'the traffic that there was' : loadInWords(load)],
    ['seed', `${seed}`]
  ]
  if (startedAt !== null) facts.push(['time', `${startedAt}${finishedAt === null ? '' : ` to ${finishedAt}`}`])
  return [...facts, ['exploration', id]]
}

const row = (cells: readonly string[]): string =>
  `<tr>${cells.map(cell => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`

function table(name: string, heads: readonly string[], rows: readonly string[]): string {
  return `<div class="scroll" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${heads.map(head => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}
