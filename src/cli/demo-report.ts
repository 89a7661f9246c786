import type { BlockMetric } from '../experiments/block.ts'
import type { Spread, StageSummary } from '../experiments/stage-summary.ts'
import type { Step } from '../experiments/step-verdicts.ts'

interface Row {
  readonly label: string
  readonly metric: BlockMetric
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
export function stageTable(stages: readonly StageSummary[]): string {
  const header = [
    '',
    ...stages.flatMap((stage, index) => (index === 0 ? [stage.name] : [stage.name, `against ${stages[0]?.name}`]))
  ]
  const lines = rows.map(({ label, metric, format }) => [
    label,
    ...stages.flatMap((stage, index) => {
      const value = format(stage.figures[metric].median)
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
function ratioInWords({ median, min, max }: Spread): string {
  if (![median, min, max].every(ratio => Number.isFinite(ratio) && ratio > 0)) return 'none on one side'
  if (median >= 1) return `× ${significant(median)} (${significant(min)}–${significant(max)})`
  return `÷ ${significant(1 / median)} (${significant(1 / max)}–${significant(1 / min)})`
}

/** What each stage changed against the one before it, with the interval that decides. */
export function verdictLines(steps: readonly Step[]): string {
  const percent = (value: number): string => `${value > 0 ? '+' : ''}${value.toFixed(1)} %`
  return steps
    .map(({ before, after, cpuPerFrame: { verdict, effectPercent, interval } }) => {
      const [low, high] = interval
      const range = `95 % interval ${percent(low)} to ${percent(high)}`
      return `  ${before} → ${after}: ${verdict}, CPU per frame ${percent(effectPercent)} (${range})`
    })
    .join('\n')
}

/** The result in one sentence. */
export function conclusion(stages: readonly StageSummary[]): string {
  const last = stages.at(-1) as StageSummary
  const first = stages[0] as StageSummary
  const { median, min, max } = last.ratioToFirst.cpuMicrosecondsPerFrame
  const times = (ratio: number): string => significant(1 / ratio)
  return `On this machine a frame costs ${times(median)} times less CPU with '${last.name}' than with '${first.name}' (${times(max)} to ${times(min)} over the rounds).`
}
