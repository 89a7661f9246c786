import { setTimeout as sleep } from 'node:timers/promises'
import type { ExperimentState } from '../../contract/experiment.ts'

/** What runs on the server and is asked for now and then. */
export interface Followed {
  readonly state: ExperimentState
  readonly progress: number
  readonly sentence: string
}

const ASKED_EACH_MS = 500

/** Until it is over; when the signal comes it is cancelled on the server, which puts the switches back, and followed to its end. */
export async function follow<Report extends Followed>(
  first: Report,
  { find, cancel }: { find(): Promise<Report>; cancel(): Promise<void> },
  onChange: (report: Report) => void,
  signal: AbortSignal
): Promise<Report> {
  let report = first
  let isCancelled = false
  while (report.state === 'queued' || report.state === 'running') {
    if (signal.aborted && !isCancelled) {
      isCancelled = true
      await cancel()
    }
    // Once it is cancelled there is nothing left to wake up for.
    await sleep(ASKED_EACH_MS, undefined, isCancelled ? {} : { signal }).catch(() => {})
    report = await find()
    onChange(report)
  }
  return report
}
