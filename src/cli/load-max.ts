import { availableParallelism } from 'node:os'
import { loadBounds } from '../contract/load-bounds.ts'
import type { LoadFigures } from '../contract/load-figures.ts'
import { isTrueOf } from '../contract/load-threshold.ts'
import { findMaxRate, type MaxRate, type SearchStep } from '../loadgen/find-max.ts'
import { LoadFleet } from '../loadgen/load-fleet.ts'
import { connectAdvice, fail } from './load-complaint.ts'
import type { Address } from './load-flags.ts'
import { Interruption } from './load-once.ts'
import { type LoadFlags, planOf, searchInWords } from './load-plan.ts'
import { numberInWords, timeInWords } from './load-report.ts'

const FIRST_RATE = 1000
/** After a step, what still waits is not worth more time. */
const STEP_WAIT_MS = 500

const verdictInWords = {
  kept: 'kept',
  broken: 'broken',
  generator: 'not told: the generator was the limit'
} as const

/** `--find-max`: many short runs, one table. */
export async function loadMax(server: Address, flags: LoadFlags): Promise<void> {
  const { rate: firstRate = FIRST_RATE, arrival, slo = [] } = flags
  const plan = planOf(server, flags)
  const interruption = new Interruption()
  const definition = { ...plan.definition, arrival, waitMs: STEP_WAIT_MS }
  let processes = flags.processes === 'auto' ? 1 : flags.processes
  const measure = async (rate: number): Promise<LoadFigures> => {
    const fleet = new LoadFleet({ ...definition, rate }, processes, { inThisProcess: true })
    interruption.stops(fleet)
    await fleet.start()
    const figures = await fleet.finished
    const isMoreAllowed =
      flags.processes === 'auto' && processes < availableParallelism() && !interruption.isInterrupted
    if (!figures.generator.limited || !isMoreAllowed) return figures
    processes = Math.min(processes * 2, availableParallelism())
    return measure(rate)
  }
  try {
    const found = await findMaxRate({
      measure,
      keeps: figures => isWhole(figures) && slo.every(promise => isTrueOf(figures, promise) === true),
      firstRate,
      mostRate: loadBounds.rate.max,
      isStopped: () => interruption.isInterrupted,
      onStep: step => process.stderr.write(`${stepInWords(step)}\n`)
    })
    const promises = slo.map(({ text }) => text)
    if (flags.json) {
      const { steps, ...result } = found
      const seed = plan.seed === null ? {} : { seed: plan.seed }
      process.stdout.write(
        `${JSON.stringify({ slo: promises, ...result, stopped: interruption.isInterrupted, ...seed, steps })}\n`
      )
    } else {
      const heading = searchInWords({ ...plan, definition }, processes)
      process.stdout.write(`${heading}\n\n${curve(found.steps)}\n\n${conclusion(found, promises.join(' and '))}\n`)
    }
    if (interruption.isInterrupted) process.exitCode = 130
    else if (found.maxRate === null) process.exitCode = 1
  } catch (error) {
    fail(connectAdvice((error as Error).message))
  } finally {
    interruption.end()
  }
}

/** A server that leaves anything unanswered is not keeping up, however quick its answers are. */
function isWhole({ lost, errors, openLoop }: LoadFigures): boolean {
  return lost === 0 && Object.keys(errors).length === 0 && (openLoop?.unsent ?? 0) === 0
}

function stepInWords({ rate, verdict, figures }: SearchStep): string {
  const { p99Us } = figures.latency
  return `${numberInWords(rate)} frames/s: ${numberInWords(figures.ackedPerSecond)} acked, p99 ${timeInWords(p99Us)}, ${verdictInWords[verdict]}`
}

/** Latency over load, by rate: the runs of the search, one a line. */
export function curve(steps: readonly SearchStep[]): string {
  const rows = steps
    .toSorted((a, b) => a.rate - b.rate)
    .map(({ rate, verdict, figures: { ackedPerSecond, latency } }) => [
      numberInWords(rate),
      numberInWords(ackedPerSecond),
      ...[latency.p50Us, latency.p99Us, latency.p999Us, latency.maxUs].map(timeInWords),
      verdictInWords[verdict]
    ])
  const all = [['frames/s due', 'acked', 'p50', 'p99', 'p99.9', 'max', 'promise'], ...rows]
  const widths = (all[0] ?? []).map((_, column) => Math.max(...all.map(row => row[column]?.length ?? 0)))
  const isLast = (column: number): boolean => column === widths.length - 1
  return all
    .map(row => row.map((cell, column) => (isLast(column) ? cell : cell.padStart(widths[column] ?? 0))).join('  '))
    .join('\n')
}

function conclusion({ maxRate, confirmed, limitedBy }: MaxRate, promises: string): string {
  if (maxRate === null) return `No rate was found that keeps ${promises}.`
  const how = confirmed ? 'kept again in every further run' : 'not confirmed: the search ended before'
  const first = `${numberInWords(maxRate)} frames/s is the highest rate that keeps ${promises} (${how}).`
  if (limitedBy !== 'generator') return first
  return `${first}\nThe load generator was the limit, not the server, which may keep it at more: try --processes auto.`
}
