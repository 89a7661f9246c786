const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 })
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 })
const exactly = new Intl.NumberFormat('en-US', {
  maximumSignificantDigits: 7,
  maximumFractionDigits: 4,
  roundingPriority: 'lessPrecision'
})
const fine = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** A figure in as many digits as one can read at a glance: 1,234,567 → 1.23M. */
export function short(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  const size = Math.abs(value)
  if (size >= 100_000) return compact.format(value)
  return size >= 100 ? whole.format(value) : fine.format(Math.abs(value) < 1e-9 ? 0 : value)
}

export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : whole.format(value)
}

/** In as many digits as were measured: what one sees when one looks at an instant. */
export function exact(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : exactly.format(value)
}

/** A time given in µs, in the unit that it is read in: 226,000 → 226 ms. */
export const microseconds = (value: number | null | undefined): string => timeInWords(value, fine)
export const exactMicroseconds = (value: number | null | undefined): string => timeInWords(value, exactly)

function timeInWords(value: number | null | undefined, { format }: Intl.NumberFormat): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–'
  if (value < 999.5) return `${format(value)} µs`
  return value < 999_500 ? `${format(value / 1000)} ms` : `${format(value / 1e6)} s`
}

export function bytes(value: number): string {
  if (value < 1000) return `${whole.format(value)} B`
  const units = ['kB', 'MB', 'GB', 'TB']
  let size = value / 1000
  let unit = 0
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000
    unit++
  }
  return `${fine.format(size)} ${units[unit]}`
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${fine.format(seconds)} s`
  if (seconds < 60) return `${whole.format(seconds)} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
}

const clockFormat = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false
})

export const clock = (seconds: number): string => clockFormat.format(seconds * 1000)
export const clockOf = (at: string): string => clockFormat.format(Date.parse(at))

/** +12.3 % or −4 %; large ratios as times. */
export function change(before: number, after: number): string {
  if (before === 0) return after === 0 ? '±0 %' : 'new'
  const percent = (after / before - 1) * 100
  if (percent > 300) return `× ${fine.format(after / before)}`
  return signedPercent(percent)
}

export function signedPercent(percent: number): string {
  const size = Math.abs(percent)
  if (size < 0.05) return '±0 %'
  return `${percent > 0 ? '+' : '−'}${(size < 100 ? tenths : whole).format(size)} %`
}
