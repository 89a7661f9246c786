import type { Switches } from '../contract/optimizations.ts'
import type { ProfiledWorker, ProfileReport } from '../contract/profile.ts'
import { chargedTimeOf } from '../controlplane/profile-files.ts'
import type { CapturedProfile } from '../controlplane/profiles.ts'
import { chargeCpuTime } from '../profiling/charged-time.ts'
import { costOf, readProfile } from '../profiling/read-profile.ts'
import { resolveCpuProfile, resolveHeapProfile } from '../profiling/resolve-profile.ts'
import { SourceNames } from '../profiling/source-names.ts'
import type { CpuProfile, HeapProfile } from '../profiling/v8-profile.ts'
import { type CapturedWorker, CaptureFailedError, type CapturePlan, captureProcess } from './profile-capture.ts'
import { profilingCost } from './profile-cost.ts'
import { hasSwitched, summed } from './profile-report.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Where the workers' processes are, and what is in force on them. */
export interface ProfiledServer {
  /** The process that serves now; null while there is none. */
  processOf(worker: number): WorkerProcess | null
  switchesOf(worker: number): Switches
  revision(): number
}

/** Profiles all workers of a report at the same time. Rejects when one fails; then none is profiled any more. */
export async function runProfile(
  server: ProfiledServer,
  begun: ProfileReport,
  plan: CapturePlan,
  signal: AbortSignal
): Promise<CapturedProfile> {
  const failure = new AbortController()
  const both = AbortSignal.any([signal, failure.signal])
  const captures = begun.workers.map(async worker => {
    try {
      const process = server.processOf(worker)
      if (process === null) throw new CaptureFailedError(worker, 'does not serve at the moment')
      return await captureProcess(process, plan, () => server.switchesOf(worker), both)
    } catch (error) {
      if (!failure.signal.aborted) failure.abort(error)
      throw error
    }
  })
  const settled = await Promise.allSettled(captures)
  signal.throwIfAborted()
  // The first one to fail has stopped the others.
  if (failure.signal.aborted) throw failure.signal.reason
  const workers = settled.map(result => (result as PromiseFulfilledResult<CapturedWorker>).value)
  return profileOf(begun, plan, workers, server.revision())
}

function profileOf(
  begun: ProfileReport,
  plan: CapturePlan,
  workers: readonly CapturedWorker[],
  revisionAfter: number
): CapturedProfile {
  const { kind } = begun
  const read = workers.map(worker => readWorker(kind, worker))
  const figures = read.map(worker => worker.figures)
  const amount = read.reduce((sum, { sampled }) => sum + sampled, 0)
  // The code that ran is still there: names of the sources are looked up now, and kept.
  const names = new SourceNames(new URL('../../', import.meta.url))
  const named = (profile: unknown): unknown =>
    kind === 'cpu' ? resolveCpuProfile(profile as CpuProfile, names) : resolveHeapProfile(profile as HeapProfile, names)
  return {
    captures: workers.map(worker => ({ worker: worker.figures.worker, profile: named(worker.profile) })),
    report: {
      ...begun,
      state: 'done',
      progress: 1,
      finishedAt: new Date().toISOString(),
      revisionAfter,
      changedMeanwhile: revisionAfter !== begun.revision || figures.some(hasSwitched),
      ...summed(figures),
      sampled: kind === 'cpu' ? { amount: amount / 1e9, unit: 'seconds' } : { amount, unit: 'bytes' },
      cost:
        plan.quietSeconds === 0
          ? null
          : profilingCost({
              before: workers.map(({ quietBefore }) => quietBefore),
              during: figures,
              after: workers.map(({ quietAfter }) => quietAfter)
            }),
      workerFigures: figures
    }
  }
}

function readWorker(
  kind: ProfileReport['kind'],
  { profile, figures }: CapturedWorker
): { figures: ProfiledWorker; sampled: number } {
  const tree = readProfile(kind, profile)
  const sampled = costOf(tree)
  if (kind === 'allocation') return { figures: { ...figures, coreShare: 1 }, sampled }
  const { total } = tree
  const coreShare = chargeCpuTime(tree, chargedTimeOf(figures))
  // The profiler's signals interrupt the loop's waiting, and Node then takes some of it for work. The system does not.
  const { mainThread, seconds } = figures
  const busy = mainThread === null ? costOf(tree) / total : (mainThread.ranSeconds + mainThread.waitedSeconds) / seconds
  const loopUtilization = Math.min(1, Math.max(0, busy || 0))
  return { figures: { ...figures, coreShare, loopUtilization }, sampled: sampled * coreShare }
}
