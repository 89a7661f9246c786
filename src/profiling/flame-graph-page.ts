import { createHash } from 'node:crypto'
import { type Amounts, type Difference, sumOf } from './difference.ts'
import { flameGraphLibraries } from './flame-graph-libraries.ts'
import { flameGraphScript } from './flame-graph-script.ts'
import { flameGraphStyle } from './flame-graph-style.ts'
import type { FlameNode } from './flame-tree.ts'
import { escapeHtml } from './html.ts'
import { type Category, categoryMeanings } from './stack-frame.ts'

/** What the page says in words. */
export interface PageFacts {
  readonly title: string
  /** What is compared: `CPU per frame`. */
  readonly quantity: string
  /** Of all amounts: `ns/frame`. */
  readonly unit: string
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly warnings: readonly string[]
}

export interface FlameGraphPage {
  readonly html: string
  readonly contentSecurityPolicy: string
}

const MOST_ROWS = 300

/** One file that draws the difference of two profiles. It fetches nothing, so it can be sent to anybody. */
export function flameGraphPage(facts: PageFacts, difference: Difference, tree: FlameNode): FlameGraphPage {
  const libraries = flameGraphLibraries()
  const { totals } = difference
  // The wider one first: what it has and the other one has not would not be seen.
  const shape = totals.before > totals.after ? 'before' : 'after'
  const data = JSON.stringify({ unit: facts.unit, quantity: facts.quantity, tree })
  const contentSecurityPolicy = [
    "default-src 'none'",
    `script-src '${hashOf(libraries)}' '${hashOf(flameGraphScript)}'`,
    // The library that draws adds its style from its script.
    "style-src 'unsafe-inline'",
    "base-uri 'none'",
    "form-action 'none'"
  ].join('; ')
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="content-security-policy" content="${contentSecurityPolicy}">
<title>${escapeHtml(facts.title)}</title>
<style>${flameGraphStyle}</style>
</head>
<body>
<header>
<h1>${escapeHtml(facts.title)}</h1>
<p class="sum">${escapeHtml(facts.quantity)}: <b>${amount(totals.before)}</b> before, <b>${amount(totals.after)}</b> after
(${escapeHtml(facts.unit)}), <b>${ratioInWords(totals, facts.quantity)}</b>.</p>
${facts.warnings.map(warning => `<p class="warning">Note: ${escapeHtml(warning)}.</p>`).join('\n')}
<dl><div><dt>before</dt>${facts.before.map(fact => `<dd>${escapeHtml(fact)}</dd>`).join('')}</div>
<div><dt>after</dt>${facts.after.map(fact => `<dd>${escapeHtml(fact)}</dd>`).join('')}</div></dl>
</header>
<main>
<div class="bar">
<fieldset><legend>Widths of</legend>
<label><input type="radio" name="shape" value="before"${shape === 'before' ? ' checked' : ''}> before</label>
<label><input type="radio" name="shape" value="after"${shape === 'after' ? ' checked' : ''}> after</label></fieldset>
<label>Search <input type="search" id="search" placeholder="function or file"></label>
<button type="button" id="reset">Reset zoom</button>
<ul class="legend" aria-label="Legend">
<li><span class="swatch more"></span>takes more ${escapeHtml(facts.quantity)} <b>after</b></li>
<li><span class="swatch same"></span>about the same</li>
<li><span class="swatch less"></span>takes less ${escapeHtml(facts.quantity)} <b>after</b></li></ul>
</div>
<p id="details" aria-live="polite">Each box is a function, as wide as it and all it called; its callers are under it.
Click, or Tab and Enter, to zoom in.</p>
<div id="graph"></div>
${tables(difference)}
</main>
<script type="application/json" id="data">${data.replaceAll('<', '\\u003c')}</script>
<script>${libraries}</script>
<script>${flameGraphScript}</script>
</body>
</html>
`
  return { html, contentSecurityPolicy }
}

function tables({ categories, rows }: Difference): string {
  const others = rows.slice(MOST_ROWS)
  const rest = `<tr><td>(${others.length} more functions)<td>${cells(sumOf(others))}<td><td><td><td></tr>`
  return `<h2>By whose it is</h2>
<table id="categories"><thead><tr><th>category<th>what it is<th>before<th>after<th>change</tr></thead><tbody>
${Object.entries(categories)
  .filter(([, { before, after }]) => before !== 0 || after !== 0)
  .map(([name, amounts]) => `<tr><td>${name}<td>${categoryMeanings[name as Category]}${cells(amounts)}</tr>`)
  .join('\n')}
</tbody></table>
<h2>By function</h2>
<p>Its own cost, without what it called, and with it (“in all”); ± is one standard error from sampling alone.</p>
<table id="rows"><thead><tr><th>function<th>place<th>before<th>after<th>change<th>±<th>in all, before<th>after<th>change</tr></thead>
<tbody>
${rows
  .slice(0, MOST_ROWS)
  .map(
    row =>
      `<tr><td>${escapeHtml(row.function)}${row.change === 'both' ? '' : ` <span class="tag">${row.change}</span>`}<td>${escapeHtml(row.file === '' ? row.category : `${row.file}:${row.line}`)}${cells(row)}<td>${amount(row.standardError)}${cells(row.inclusive)}</tr>`
  )
  .join('\n')}
${others.length === 0 ? '' : rest}
</tbody></table>`
}

function cells({ before, after, delta }: Amounts): string {
  const side = delta > 0 ? 'more' : delta < 0 ? 'less' : ''
  return `<td>${amount(before)}<td>${amount(after)}<td class="${side}">${delta > 0 ? '+' : ''}${amount(delta)}`
}

function amount(value: number): string {
  if (value === 0) return '0'
  return new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3, useGrouping: true }).format(value)
}

function ratioInWords({ before, after }: Amounts, quantity: string): string {
  if (!(before > 0 && after > 0)) return 'nothing on one side'
  const ratio = after / before
  if (Math.abs(ratio - 1) < 0.005) return 'the same'
  return ratio > 1
    ? `${amount(ratio)} times as much ${escapeHtml(quantity)} after`
    : `${amount(1 / ratio)} times less ${escapeHtml(quantity)} after`
}

function hashOf(script: string): string {
  return `sha256-${createHash('sha256').update(script).digest('base64')}`
}
