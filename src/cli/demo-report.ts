import type { ExperimentReport } from '../contract/experiment.ts'
import { intervalText, percentText } from '../experiments/report/figure-text.ts'
import type { Spread, Stage, StageMetric } from '../experiments/stages.ts'

interface Row {
  readonly label: string
  readonly metric: StageMetric
  readonly format: (value: number) => string
}

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const digits = (count: number) => (value: number) => value.toFixed(count)
const significant = (value: number): string =>
  new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 }).format(value)

const rows: readonly Row[] = [
  { label: 'frames/s', metric: 'framesPerSecond', format: value => grouped.format(value) },
  { label: 'CPU µs/frame', metric: 'cpuMicrosecondsPerFrame', format: significant },
  { label: 'reads/frame', metric: 'readsPerFrame', format: significant },
  { label: 'writes/frame', metric: 'writesPerFrame', format: significant },
  { label: 'latency p50 ms', metric: 'p50Us', format: us => significant(us / 1000) },
  { label: 'latency p99 ms', metric: 'p99Us', format: us => significant(us / 1000) },
  { label: 'GC ms/s', metric: 'gcMillisecondsPerSecond', format: digits(1) }
]

/** The stages side by side: medians, and behind them the ratio to the first stage. */
export function stageTable(stages: readonly Stage[]): string {
  const header = [
    '',
    ...stages.flatMap((stage, index) => (index === 0 ? [stage.name] : [stage.name, `against ${stages[0]?.name}`]))
  ]
  const lines = rows.map(({ label, metric, format }) => [
    label,
    ...stages.flatMap((stage, index) => {
      const figure = stage.figures[metric]
      const value = figure === null ? 'not known' : format(figure.median)
      return index === 0 ? [value] : [value, ratioInWords(stage.ratioToFirst[metric])]
    })
  ])
  const all = [header, ...lines]
  const widths = header.map((_, column) => Math.max(...all.map(line => line[column]?.length ?? 0)))
  const ruled = [header, widths.map(width => '─'.repeat(width)), ...lines]
  return ruled
    .map(line =>
      line
        .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
    )
    .join('\n')
}

/** `× 3` is three times as much, `÷ 3` a third; the range over the rounds behind it. */
function ratioInWords(spread: Spread | null): string {
  if (spread === null) return 'not known'
  const { median, min, max } = spread
  if (![median, min, max].every(ratio => Number.isFinite(ratio) && ratio > 0)) return 'none on one side'
  if (median >= 1) return `× ${significant(median)} (${significant(min)}–${significant(max)})`
  return `÷ ${significant(1 / median)} (${significant(1 / max)}–${significant(1 / min)})`
}

/** What the verdicts are, with the intervals that decide. */
export function verdictLines({ arms, comparisons }: ExperimentReport): string {
  return comparisons
    .flatMap(({ before, after, verdicts: { cpuPerFrame } }) => {
      if (cpuPerFrame === undefined) return []
      const { verdict, effectPercent, interval } = cpuPerFrame
      const range = `95 % interval ${intervalText(interval)}`
      return `  ${arms[before]?.name} → ${arms[after]?.name}: ${verdict}, CPU per frame ${percentText(effectPercent)} (${range})`
    })
    .join('\n')
}

/** The result in one sentence. */
export function conclusion(stages: readonly Stage[]): string {
  const last = stages.at(-1) as Stage
  const ratio = last.ratioToFirst.cpuMicrosecondsPerFrame
  if (ratio === null) return 'No frame came, so nothing can be said.'
  const times = (part: number): string => significant(1 / part)
  return `On this machine a frame costs ${times(ratio.median)} times less CPU with '${last.name}' than with '${stages[0]?.name}' (${times(ratio.max)} to ${times(ratio.min)} over the rounds).`
}
