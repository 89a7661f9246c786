import type { ExperimentArm, ExperimentBlock, ExperimentMetric } from '../../contract/experiment.ts'
import { experimentMetrics } from '../../contract/experiment.ts'
import { escapeHtml } from '../../profiling/html.ts'
import { figureText } from './figure-text.ts'

const WIDTH = 320
const HEIGHT = 130
const PLOT = { left: 52, right: 312, top: 10, bottom: 108 } as const
/** From where on the smallest values would lie on each other at the bottom of a linear axis. */
const LOGARITHMIC_FROM = 8

interface Point {
  readonly block: ExperimentBlock
  readonly seconds: number
  readonly value: number
}

/** A small chart for each metric that was measured: its value block by block, over time. */
export function blockSeries(arms: readonly ExperimentArm[], blocks: readonly ExperimentBlock[]): string {
  const charts = experimentMetrics.map(({ name, title, unit }) => chart(arms, pointsOf(blocks, name), title, unit))
  return `<div class="series">${charts.join('\n')}</div>`
}

/** Which mark stands for which arm. */
export function armLegend(arms: readonly ExperimentArm[]): string {
  const items = arms.map(({ name }, arm) => {
    const sample = `<svg class="sample" viewBox="0 0 12 12" aria-hidden="true">${mark(arm, 6, 6, '')}</svg>`
    return `<li>${sample} ${escapeHtml(name)}</li>`
  })
  return `<ul class="legend" aria-label="Arms">${items.join('')}<li>hollow: not used</li></ul>`
}

function pointsOf(blocks: readonly ExperimentBlock[], metric: ExperimentMetric): Point[] {
  const startMs = Math.min(...blocks.map(({ startedAt }) => Date.parse(startedAt)))
  return blocks.flatMap(block => {
    const value = block.figures[metric]
    return value === null ? [] : [{ block, value, seconds: (Date.parse(block.startedAt) - startMs) / 1000 }]
  })
}

function chart(arms: readonly ExperimentArm[], points: readonly Point[], title: string, unit: string): string {
  if (points.length === 0) return ''
  const values = points.map(({ value }) => value)
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const isLogarithmic = low > 0 && high / low > LOGARITHMIC_FROM
  const scaled = (value: number): number => (isLogarithmic ? Math.log(value) : value)
  const [from, to] = low === high ? [0, scaled(high) * 2 || 1] : [scaled(low), scaled(high)]
  const lastSecond = Math.max(...points.map(({ seconds }) => seconds), 1e-3)
  const x = (seconds: number): number => PLOT.left + 8 + (seconds / lastSecond) * (PLOT.right - PLOT.left - 16)
  const y = (value: number): number => PLOT.bottom - ((scaled(value) - from) / (to - from)) * (PLOT.bottom - PLOT.top)
  const marks = points.map(({ block, seconds, value }) => {
    const words = `${arms[block.arm]?.name ?? block.arm}: ${figureText(value)} ${unit}${block.excluded === null ? '' : `, not used: ${block.excluded}`}`
    return mark(block.arm, x(seconds), y(value), words, block.excluded !== null)
  })
  const labels = low === high ? [high] : [low, high]
  const axis = labels.map(
    value =>
      `<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${at(y(value))}" y2="${at(y(value))}"/>` +
      `<text x="${PLOT.left - 5}" y="${at(y(value) + 4)}" text-anchor="end">${figureText(value)}</text>`
  )
  const time = `<text x="${PLOT.left}" y="125">0 s</text><text x="${PLOT.right}" y="125" text-anchor="end">${figureText(Math.round(lastSecond))} s</text>`
  const caption = `${title} (${unit}${isLogarithmic ? ', logarithmic' : ''})`
  const summary = `${caption}, block by block over ${figureText(Math.round(lastSecond))} s, from ${figureText(low)} to ${figureText(high)}`
  return `<figure><figcaption>${escapeHtml(caption)}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(summary)}">${axis.join('')}${marks.join('')}${time}</svg></figure>`
}

/** Arms differ in shape as well as in colour. */
function mark(arm: number, x: number, y: number, words: string, hollow = false): string {
  const path = shapes[arm % shapes.length]?.(x, y) ?? ''
  const title = words === '' ? '' : `<title>${escapeHtml(words)}</title>`
  return `<path class="arm arm${arm % shapes.length}${hollow ? ' hollow' : ''}" d="${path}">${title}</path>`
}

const R = 3.6
const shapes: readonly ((x: number, y: number) => string)[] = [
  (x, y) => `M${at(x - R)} ${at(y)}a${R} ${R} 0 1 0 ${2 * R} 0a${R} ${R} 0 1 0 ${-2 * R} 0`,
  (x, y) => `M${at(x)} ${at(y - R)}L${at(x + R)} ${at(y + R)}H${at(x - R)}Z`,
  (x, y) => `M${at(x - R)} ${at(y - R)}h${2 * R}v${2 * R}h${-2 * R}Z`,
  (x, y) => `M${at(x)} ${at(y - R - 1)}l${R + 1} ${R + 1}l${-R - 1} ${R + 1}l${-R - 1} ${-R - 1}Z`,
  (x, y) => `M${at(x)} ${at(y + R)}L${at(x + R)} ${at(y - R)}H${at(x - R)}Z`,
  (x, y) => `M${at(x - R)} ${at(y - 1.2)}h${2 * R}v2.4h${-2 * R}Z`
]

const at = (value: number): string => `${Math.round(value * 10) / 10}`
