import { type ProfileReport, scarceCoreShare } from '../contract/profile.ts'
import { factsOf, profilingInWords } from '../contract/profile-facts.ts'
import type { ProfileDifference } from '../controlplane/profile-difference.ts'
import { type Amounts, sumOf } from '../profiling/difference.ts'
import { textTable } from './text-table.ts'

const MOST_ROWS = 20
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
const grouped = new Intl.NumberFormat('en-US')

/** A profile in a few lines. */
export function profileInWords(report: ProfileReport): string {
  const { id, kind, label, workers, frames, capturedSeconds, framesPerSecond, cpuSeconds, sampled, buffers } = report
  const what =
    sampled.unit === 'seconds' ? `${short.format(sampled.amount)} s of CPU` : `${grouped.format(sampled.amount)} bytes`
  const perFrame = frames > 0 ? `, ${perFrameInWords(report)} a frame` : ''
  const lines = [
    `${id}  ${kind}${label === null ? '' : ` '${label}'`}, ${workers.length === 1 ? 'worker' : 'workers'} ${workers.join(', ')}`,
    `  ${grouped.format(frames)} frames in ${capturedSeconds.toFixed(1)} s (${grouped.format(Math.round(framesPerSecond))}/s)`,
    `  sampled ${what}${perFrame}`
  ]
  if (kind === 'cpu' && frames > 0) {
    const charged = `${short.format(cpuSeconds)} s, ${short.format((cpuSeconds / frames) * 1e9)} ns a frame`
    lines.push(`  with the reading and polling of the event loop ${charged}`)
  }
  const share = scarceCoreShare(report)
  if (share !== null) lines.push(`  had a core for ${Math.round(share * 100)} % of the time that it wanted one`)
  if (kind === 'allocation')
    lines.push(`  behind Buffers, not in the profile: at least ${grouped.format(buffers.allocatedAtLeast)} bytes`)
  if (report.changedMeanwhile) lines.push('  switches were changed meanwhile: the figures are a mixture')
  lines.push(`  ${profilingInWords(report)}`)
  return `${lines.join('\n')}\n`
}

function perFrameInWords({ sampled, frames }: ProfileReport): string {
  const amount = sampled.amount / frames
  return sampled.unit === 'seconds' ? `${short.format(amount * 1e9)} ns` : `${short.format(amount)} bytes`
}

export function profileTable(items: readonly ProfileReport[]): string {
  const rows = items.map(({ id, kind, state, label, createdAt, frames }) => [
    id,
    kind,
    state,
    createdAt.replace(/\.\d+Z$/, 'Z'),
    frames === 0 ? '' : grouped.format(frames),
    label ?? ''
  ])
  return textTable([['id', 'kind', 'state', 'captured at', 'frames', 'label'], ...rows], new Set([4]))
}

/** The functions whose own cost changed most, and what they cost with all they called; numbers to the right. */
export function differenceTable(difference: ProfileDifference & { readonly rest?: Amounts }): string {
  const { unit, totals, warnings, rows, rest, before, after } = difference
  const head = `${before.label ?? before.id} → ${after.label ?? after.id}: ${short.format(totals.before)} before, ${short.format(totals.after)} after (${unit})\n`
  const facts = `before: ${factsOf(before).join('; ')}\nafter:  ${factsOf(after).join('; ')}\n`
  const notes = warnings.map(warning => `Note: ${warning}.\n`).join('')
  const lines = rows
    .slice(0, MOST_ROWS)
    .map(row => [
      row.function,
      row.file === '' ? row.category : `${row.file}:${row.line}`,
      ...figuresOf(row),
      `±${short.format(row.standardError)}`,
      `${short.format(row.inclusive.before)} → ${short.format(row.inclusive.after)}`,
      row.change === 'both' ? '' : row.change
    ])
  const others = rows.slice(MOST_ROWS)
  const theirs = sumOf(rest === undefined ? others : [...others, rest])
  if (theirs.before > 0 || theirs.after > 0) lines.push(['(all others)', '', ...figuresOf(theirs)])
  const header = ['function', 'place', 'before', 'after', 'change', '', 'with all it called', '']
  return `${head}${facts}${notes}\n${textTable([header, ...lines], new Set([2, 3, 4, 5, 6]))}`
}

const figuresOf = ({ before, after, delta }: Amounts): string[] => [
  short.format(before),
  short.format(after),
  `${delta > 0 ? '+' : ''}${short.format(delta)}`
]
