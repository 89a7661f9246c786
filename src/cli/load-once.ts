import type { LoadFigures } from '../contract/load-figures.ts'
import { isLatencyMetric, isTrueOf, type Threshold, valueOf } from '../contract/load-threshold.ts'
import { LoadFleet, type LoadFleetOptions } from '../loadgen/load-fleet.ts'
import { enoughProcesses } from '../loadgen/process-count.ts'
import { HistogramLog } from './histogram-log.ts'
import { complain, connectAdvice, fail } from './load-complaint.ts'
import type { Address } from './load-flags.ts'
import { type LoadFlags, type LoadPlan, planInWords, planOf } from './load-plan.ts'
import { progressView } from './load-progress-view.ts'
import { numberInWords, resultTable, timeInWords } from './load-report.ts'

/** One run, from connecting to its report. */
export async function loadOnce(server: Address, flags: LoadFlags): Promise<void> {
  const plan = planOf(server, flags)
  const log = flags.histogram === undefined ? null : await HistogramLog.create(flags.histogram)
  const interruption = new Interruption()
  const progress = progressView(process.stderr)
  let notConnected: Error | null = null
  let processes = 1
  let fleet: LoadFleet | null = null
  let figures: LoadFigures
  try {
    try {
      processes = await processCountOf(plan, flags, interruption)
      const options: LoadFleetOptions = {
        onProgress: report => progress.show(report),
        inThisProcess: true,
        ...(log && { onInterval: interval => log.add(interval) })
      }
      fleet = new LoadFleet(plan.definition, processes, options)
      interruption.stops(fleet)
      await fleet.start()
    } catch (error) {
      if (fleet === null) {
        fail(connectAdvice((error as Error).message))
        return
      }
      notConnected = error as Error
    }
    figures = await fleet.finished
  } finally {
    interruption.end()
    progress.end()
    log?.close()
  }
  report(plan, flags, processes, figures, fleet.firstFault, notConnected)
  if (log !== null && log.fault !== null) fail(log.fault)
}

async function processCountOf(plan: LoadPlan, { processes }: LoadFlags, interruption: Interruption): Promise<number> {
  if (processes !== 'auto') return processes
  const enough = await enoughProcesses(plan.definition, fleet => interruption.stops(fleet))
  process.stderr.write(
    `framelab load: ${enough === 1 ? 'one process is' : `${enough} processes are`} used for this load.\n`
  )
  return enough
}

function report(
  plan: LoadPlan,
  flags: LoadFlags,
  processes: number,
  figures: LoadFigures,
  firstFault: string | null,
  notConnected: Error | null
): void {
  const broken = (flags.failIf ?? []).filter(threshold => isTrueOf(figures, threshold) !== false)
  if (flags.json) {
    const thresholds = flags.failIf?.map(threshold => ({
      threshold: threshold.text,
      // JSON has no infinity, which is what never came.
      value: finite(valueOf(figures, threshold.metric)),
      failed: broken.includes(threshold)
    }))
    const more = { ...(plan.seed !== null && { seed: plan.seed }), ...(thresholds && { thresholds }) }
    process.stdout.write(`${JSON.stringify({ ...figures, ...more })}\n`)
  } else if (notConnected === null) {
    process.stdout.write(`${planInWords(plan, processes)}\n\n${resultTable(figures)}`)
  }
  if (notConnected !== null) fail(connectAdvice(notConnected.message))
  else if (firstFault !== null) fail(`not all went well, first: ${firstFault}`)
  else if (figures.lost > 0) fail('not every Submit was acked')
  else if ((figures.openLoop?.unsent ?? 0) > 0)
    fail('not every Submit that was due could be sent: the server is too slow')
  if (notConnected !== null) return
  for (const threshold of broken) fail(`${threshold.text}: ${breachInWords(figures, threshold)}`)
  if (figures.seconds === 0) complain('nothing was measured, the run ended before its window')
}

function breachInWords(figures: LoadFigures, { metric }: Threshold): string {
  const value = valueOf(figures, metric)
  if (value === null) return 'nothing was measured'
  if (value === Number.POSITIVE_INFINITY) return `${metric} is endless, too many Submits were never answered`
  return `${metric} was ${isLatencyMetric(metric) ? timeInWords(value) : numberInWords(value)}`
}

const finite = (value: number | null): number | null => (value === Number.POSITIVE_INFINITY ? null : value)

/** Ctrl-C ends what runs and keeps its figures. Once: a second one ends the process without waiting for acks. */
export class Interruption {
  isInterrupted = false
  #fleet: LoadFleet | null = null
  readonly #onSignal = (): void => {
    this.isInterrupted = true
    void this.#fleet?.stop()
  }

  constructor() {
    process.once('SIGINT', this.#onSignal).once('SIGTERM', this.#onSignal)
  }

  stops(fleet: LoadFleet): void {
    this.#fleet = fleet
    if (this.isInterrupted) void fleet.stop()
  }

  end(): void {
    process.off('SIGINT', this.#onSignal).off('SIGTERM', this.#onSignal)
  }
}
