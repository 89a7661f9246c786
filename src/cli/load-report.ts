import type { LoadFigures } from '../contract/load-figures.ts'

type Row = [name: string, value: string, unit: string]

const thousands = new Intl.NumberFormat('en-US')

export const numberInWords = (value: number): string => thousands.format(value)

export function timeInWords(us: number): string {
  if (us < 1000) return `${us.toFixed(1)} µs`
  return us < 1_000_000 ? `${(us / 1000).toFixed(2)} ms` : `${(us / 1e6).toFixed(2)} s`
}

function errorsInWords(errors: LoadFigures['errors']): string {
  const kinds = Object.entries(errors).map(([kind, count]) => `${thousands.format(count)} ${kind}`)
  return kinds.length === 0 ? 'none' : kinds.join(', ')
}

/** One line of how the last second went. */
export function secondInWords(figures: LoadFigures): string {
  const { ackedPerSecond, latency, errors } = figures
  const trouble = Object.keys(errors).length === 0 ? '' : `, errors: ${errorsInWords(errors)}`
  const { p50Us, p99Us } = latency
  return `${thousands.format(ackedPerSecond)} frames/s, p50 ${timeInWords(p50Us)}, p99 ${timeInWords(p99Us)}${trouble}`
}

/** The result as an aligned table, numbers to the right. */
export function resultTable(figures: LoadFigures): string {
  const { latency } = figures
  const { openLoop } = figures
  const due: Row[] = openLoop === undefined ? [] : [['due', thousands.format(figures.offered), 'frames']]
  const rows: Row[] = [
    ['measured', figures.seconds.toFixed(2), 's'],
    ['throughput', thousands.format(figures.ackedPerSecond), 'frames/s'],
    ...due,
    ['sent', thousands.format(figures.sent), 'frames'],
    ['acked', thousands.format(figures.acked), 'frames'],
    ['lost', thousands.format(figures.lost), 'frames']
  ]
  if (openLoop !== undefined) rows.push(['never sent', thousands.format(openLoop.unsent), 'frames'])
  if (figures.acked > 0) {
    rows.push(
      ['latency p50', ...split(latency.p50Us)],
      ['latency p90', ...split(latency.p90Us)],
      ['latency p99', ...split(latency.p99Us)],
      ['latency p99.9', ...split(latency.p999Us)],
      ['latency max', ...split(latency.maxUs)]
    )
  }
  const nameWidth = Math.max(...rows.map(([name]) => name.length))
  const valueWidth = Math.max(...rows.map(([, value]) => value.length))
  const lines = rows.map(([name, value, unit]) => `${name.padEnd(nameWidth)}  ${value.padStart(valueWidth)} ${unit}`)
  lines.push(`${'errors'.padEnd(nameWidth)}  ${errorsInWords(figures.errors)}`)
  return `${refusal(figures)}${lines.join('\n')}\n`
}

/** Figures that are not the server's are not shown without saying so first. */
function refusal({ generator }: LoadFigures): string {
  if (generator.why === null) return ''
  return `These are figures of the load generator, not of the server:
${generator.why}.
Take a lower --rate, more --processes, or another machine for the load.

`
}

function split(us: number): [value: string, unit: string] {
  const [value = '', unit = ''] = timeInWords(us).split(' ')
  return [value, unit]
}
