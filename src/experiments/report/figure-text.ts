/** Figures as people read them: three digits that mean something, and a sign where it is a change. */

const threeDigits = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** `null` is not known. */
export function figureText(value: number | null): string {
  if (value === null) return '–'
  return Math.abs(value) >= 1000 ? whole.format(value) : threeDigits.format(value)
}

/** −93.1 %, +0.4 %, +1,400 %. */
export function percentText(percent: number | null): string {
  if (percent === null) return '–'
  if (!Number.isFinite(percent)) return percent > 0 ? '+∞\u00a0%' : '−100\u00a0%'
  const size = Math.abs(percent)
  const digits = size >= 1000 ? whole.format(size) : size >= 10 ? size.toFixed(1) : size.toFixed(2)
  return `${percent < 0 ? '−' : '+'}${digits}\u00a0%`
}

export function intervalText(interval: readonly [number, number] | null): string {
  return interval === null ? '–' : `${percentText(interval[0])} to ${percentText(interval[1])}`
}

/** 0.0000019 is 1.9e-6; what is larger is written out. */
export function pText(p: number | null): string {
  if (p === null) return '–'
  return p >= 0.001 ? p.toFixed(3) : p.toExponential(1)
}
