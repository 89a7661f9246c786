import type { MetricVerdict } from '../../contract/experiment.ts'
import { percentText } from './figure-text.ts'

/** Changes on one axis of logarithms: half is as far to the left of no change as double is to the right. */
export interface IntervalScale {
  /** Percent of change, to percent of the width. */
  readonly place: (percent: number) => number
  /** Changes in percent to mark, no change among them. */
  readonly ticks: readonly number[]
}

/** What is drawn of a verdict. */
export type Drawn = Pick<MetricVerdict, 'interval' | 'effectPercent' | 'marginPercent'>

/** Narrower than this would blow noise up to a finding. */
const LEAST_PERCENT = 5
/** Nothing left, as far as an axis of logarithms can show it: a thousandth. */
const LEAST_RATIO = 0.001

const roundPercents = [1, 2, 5, 10, 20, 50, 100, 200, 400, 900, 1900, 4900, 9900, 99_900]

/** Wide enough for all intervals. */
export function intervalScale(verdicts: readonly Drawn[]): IntervalScale {
  const logs = verdicts.flatMap(({ interval }) => (interval === null ? [] : interval.map(logRatio).map(Math.abs)))
  const widest = Math.max(logRatio(LEAST_PERCENT), ...logs) * 1.08
  const place = (percent: number): number => Math.max(0, Math.min(100, 50 + (50 * logRatio(percent)) / widest))
  const farthest = roundPercents.findLast(percent => logRatio(percent) <= widest)
  const ticks = farthest === undefined ? [0] : [mirrored(farthest), 0, farthest]
  return { place, ticks }
}

const logRatio = (percent: number): number => Math.log(Math.max(LEAST_RATIO, 1 + percent / 100))

/** As far on the other side: of +100 %, −50 %. */
const mirrored = (percent: number): number => (1 / (1 + percent / 100) - 1) * 100

/**
 * One interval, drawn without text so that it may be as wide as the page has room: the margin as a band, no change as a line,
 * the interval as a bar with its estimate.
 */
export function intervalBar(verdict: Drawn, { place }: IntervalScale): string {
  const { interval, effectPercent, marginPercent } = verdict
  const left = place(mirrored(marginPercent))
  const band = `<rect class="band" x="${at(left)}" y="0" width="${at(place(marginPercent) - left)}" height="20"/>`
  const zero = '<line class="zero" x1="50" x2="50" y1="0" y2="20"/>'
  if (interval === null || effectPercent === null) return svg('no interval', band + zero)
  const [low, high] = interval.map(place) as [number, number]
  const estimate = place(effectPercent)
  return svg(
    `${percentText(effectPercent)}, from ${percentText(interval[0])} to ${percentText(interval[1])}`,
    `${band}${zero}<line class="interval" x1="${at(low)}" x2="${at(high)}" y1="10" y2="10"/>` +
      `<line class="estimate" x1="${at(estimate)}" x2="${at(estimate)}" y1="3" y2="17"/>`
  )
}

/** Where the ticks are, as text under the bars. */
export function intervalAxis({ place, ticks }: IntervalScale): string {
  const lines = ticks.map(tick => `<line class="zero" x1="${at(place(tick))}" x2="${at(place(tick))}" y1="0" y2="5"/>`)
  const labels = ticks.map(tick => {
    const x = place(tick)
    const anchor = x < 12 ? 'start' : x > 88 ? 'end' : 'middle'
    const text = tick === 0 ? 'no change' : percentText(Math.round(tick * 10) / 10).replace(/\.0+(?=\s%)/, '')
    return `<text x="${at(x)}%" y="12" text-anchor="${anchor}">${text}</text>`
  })
  return `<svg class="bar" viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true">${lines.join('')}</svg><svg class="labels" aria-hidden="true">${labels.join('')}</svg>`
}

function svg(label: string, content: string): string {
  return `<svg class="bar" viewBox="0 0 100 20" preserveAspectRatio="none" role="img" aria-label="${label}">${content}</svg>`
}

const at = (value: number): string => `${Math.round(value * 100) / 100}`
