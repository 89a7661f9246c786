import type { ExperimentReport } from '../contract/experiment.ts'
import { shiftEstimate } from './rank-sum.ts'
import { intervalText, percentText } from './report/figure-text.ts'

export type GateOutcome = 'fine' | 'regressed' | 'cannot tell'

/** CPU per frame of one arm now, against the same arm in a saved experiment. */
export interface GateShift {
  readonly arm: string
  readonly effectPercent: number
  readonly interval: readonly [number, number]
}

/** Whether a release may go out, as far as CPU per frame decides. */
export interface Gate {
  readonly outcome: GateOutcome
  readonly sentence: string
  /** The last arm, which is what would be released; null when the experiments cannot be compared. */
  readonly shift: GateShift | null
  /** The first arm, whose shift is that of the machine if nothing else has changed. */
  readonly control: GateShift | null
}

/**
 * An experiment against one saved before. Fine: CPU per frame of the last arm is, with 95 % confidence, less than the margin
 * above what it was. Regressed: it is more than the margin above. A shift that the first arm has as well may be the machine's,
 * so it cannot be told then, nor when machine, load or arms are not the same.
 */
export function gate(now: ExperimentReport, saved: ExperimentReport, marginPercent: number): Gate {
  const obstacle = incomparable(now, saved)
  if (obstacle !== null) {
    return { outcome: 'cannot tell', sentence: `Cannot tell: ${obstacle}.`, shift: null, control: null }
  }
  const shift = shiftOf(now, saved, now.arms.length - 1)
  const control = shiftOf(now, saved, 0)
  const range = `CPU per frame of '${shift.arm}' has changed by ${percentText(shift.effectPercent)} (95 % interval ${intervalText(shift.interval)}; margin ${marginPercent} %)`
  const decided = { shift, control }
  if (shift.interval[1] < marginPercent) return { outcome: 'fine', sentence: `Fine: ${range}.`, ...decided }
  if (shift.interval[0] <= marginPercent) {
    return { outcome: 'cannot tell', sentence: `Cannot tell: ${range}. More --pairs would narrow it.`, ...decided }
  }
  if (control.interval[1] > marginPercent && control.interval[1] >= shift.interval[0]) {
    const common = `but '${control.arm}' has moved too (${intervalText(control.interval)}): the machine, or what both arms share`
    return { outcome: 'cannot tell', sentence: `Cannot tell: ${range}, ${common}.`, ...decided }
  }
  return { outcome: 'regressed', sentence: `Regressed: ${range}.`, ...decided }
}

/** Why one says nothing about the other; null when it does. */
function incomparable(now: ExperimentReport, saved: ExperimentReport): string | null {
  for (const [which, { state }] of [
    ['this', now],
    ['the saved', saved]
  ] as const) {
    if (state !== 'done') return `${which} experiment is ${state}`
  }
  const facts: [string, (report: ExperimentReport) => unknown][] = [
    ['arms', ({ arms }) => arms.map(({ name, switches }) => ({ name, switches }))],
    ['load', ({ request }) => withoutSeed(request.load)],
    ['CPU', ({ environment }) => environment.cpu],
    ['number of cores', ({ environment }) => environment.cores],
    ['number of workers', ({ environment }) => environment.workers],
    ['architecture', ({ environment }) => environment.arch]
  ]
  const different = facts.find(([, of]) => JSON.stringify(sorted(of(now))) !== JSON.stringify(sorted(of(saved))))
  if (different !== undefined) return `the ${different[0]} of the saved experiment is not that of this one`
  for (const [which, report] of [
    ['this', now],
    ['the saved', saved]
  ] as const) {
    for (const arm of [0, report.arms.length - 1]) {
      if (figuresOf(report, arm).length < 6)
        return `${which} experiment has fewer than 6 blocks of '${report.arms[arm]?.name}'`
    }
  }
  return null
}

function withoutSeed(load: ExperimentReport['request']['load']): unknown {
  return load === 'live' ? load : { ...load, seed: null }
}

/** The same whatever the order of keys. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sorted(inner)])
  )
}

function shiftOf(now: ExperimentReport, saved: ExperimentReport, arm: number): GateShift {
  const logs = (report: ExperimentReport): number[] => figuresOf(report, arm).map(Math.log)
  const { estimate, low, high } = shiftEstimate(logs(saved), logs(now))
  const percent = (logRatio: number): number => Math.expm1(logRatio) * 100
  return { arm: now.arms[arm]?.name ?? '', effectPercent: percent(estimate), interval: [percent(low), percent(high)] }
}

function figuresOf({ blocks }: ExperimentReport, arm: number): number[] {
  return blocks.flatMap(block => {
    const value = block.figures.cpuPerFrame
    return block.arm === arm && block.excluded === null && value !== null && value > 0 ? [value] : []
  })
}
