import { linearRegression, mean } from 'simple-statistics'

/** How a figure moved over time: what a straight line through it gains from the first to the last sample, 95 % interval. */
export interface Trend {
  readonly gained: number
  readonly low: number
  readonly high: number
  readonly mean: number
}

/** Of samples in equal steps of time, three at least. For few of them the interval is a little too narrow. */
export function trendOf(samples: readonly number[]): Trend {
  const points = samples.map((value, index): [number, number] => [index, value])
  const { m, b } = linearRegression(points)
  const span = samples.length - 1
  const residuals = points.reduce((sum, [x, y]) => sum + (y - b - m * x) ** 2, 0)
  const spread = points.reduce((sum, [x]) => sum + (x - span / 2) ** 2, 0)
  const half = 1.96 * Math.sqrt(residuals / Math.max(1, samples.length - 2) / spread) * span
  const gained = m * span
  return { gained, low: gained - half, high: gained + half, mean: mean([...samples]) }
}
