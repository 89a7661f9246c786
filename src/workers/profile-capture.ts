import { setTimeout as sleep } from 'node:timers/promises'
import type { Switches } from '../contract/optimizations.ts'
import type { ProfiledWorker, ProfileKind, ThreadTime, WorkWindow } from '../contract/profile.ts'
import type { ProfileStopped } from '../contract/profile-messages.ts'
import type { WorkerSnapshot } from '../contract/worker-messages.ts'
import { cutCpuProfile } from '../profiling/cut-cpu-profile.ts'
import type { CpuProfile } from '../profiling/v8-profile.ts'
import { workBetween } from './profile-window.ts'
import type { WorkerProcess } from './worker-process.ts'

/** To begin, the worker stands still for some hundredths of a second, and a busy one has to come to it first. */
const START_TIMEOUT_MS = 10_000
/** A worker that was profiled for long has much to tell, and tells it between frames. */
const STOP_TIMEOUT_MS = 30_000
/** After the planned end, before the worker gives the capture up by itself. */
const GRACE_MS = 10_000

export interface CapturePlan {
  /** Of the whole profile. */
  readonly id: string
  readonly kind: ProfileKind
  readonly seconds: number
  /** Microseconds of `cpu`, bytes of `allocation`. */
  readonly interval: number
  /** Without the profiler, before and after it: to see what it costs. */
  readonly quietSeconds: number
  readonly onlyLive: boolean
}

export interface CapturedWorker {
  readonly figures: Omit<ProfiledWorker, 'coreShare'>
  /** As V8 gave it, from one mark to the other. */
  readonly profile: unknown
  readonly quietBefore: WorkWindow
  readonly quietAfter: WorkWindow
}

/** The profile could not be taken, for a reason that whoever asked for it is told. */
export class CaptureFailedError extends Error {
  readonly code = 'FRAMELAB_CAPTURE_FAILED'
  constructor(worker: number, reason: string) {
    super(`worker ${worker}: ${reason}`)
    this.name = 'CaptureFailedError'
  }
}

/**
 * Profiles one process. Rejects with CaptureFailedError, WorkerUnavailableError, or the signal's AbortError; then the worker
 * has been told to stop, and has.
 */
export async function captureProcess(
  process: WorkerProcess,
  plan: CapturePlan,
  switchesOf: () => Switches,
  signal: AbortSignal
): Promise<CapturedWorker> {
  const quietBefore = await quietWindow(process, plan.quietSeconds, signal)
  const switchesBefore = switchesOf()
  const { id, kind, interval, onlyLive } = plan
  const longestMs = plan.seconds * 1000 + GRACE_MS
  const started = await process.request(
    'start-profile',
    { capture: id, kind, interval, longestMs, onlyLive },
    START_TIMEOUT_MS
  )
  if (!started.started) throw new CaptureFailedError(process.worker, started.reason)
  try {
    await pass(process, plan.seconds, signal)
  } catch (error) {
    // One that is gone has stopped as well.
    await stop(process, plan.id, true).catch(() => {})
    throw error
  }
  const stopped = await stop(process, plan.id, false)
  if (!stopped.stopped) throw new CaptureFailedError(process.worker, stopped.reason)
  const switchesAfter = switchesOf()
  const quietAfter = await quietWindow(process, plan.quietSeconds, signal)
  const [first, last] = [started.mark, stopped.mark]
  const { profile } = stopped
  return {
    profile: kind === 'cpu' ? cutCpuProfile(profile as CpuProfile, first.clockUs, last.clockUs) : profile,
    quietBefore,
    quietAfter,
    figures: {
      worker: process.worker,
      pid: process.pid ?? 0,
      connections: last.snapshot.totals.connectionsOpen,
      ...workBetween(first.snapshot, last.snapshot),
      switchesBefore,
      switchesAfter,
      buffers: {
        before: first.snapshot.process.arrayBuffersBytes,
        after: last.snapshot.process.arrayBuffersBytes,
        allocatedAtLeast: stopped.bufferBytesAllocatedAtLeast
      },
      mainThread: threadBetween(first.mainThread, last.mainThread),
      startStallSeconds: started.stallSeconds,
      stopStallSeconds: stopped.stallSeconds
    }
  }
}

function stop(process: WorkerProcess, capture: string, discard: boolean): Promise<ProfileStopped<WorkerSnapshot>> {
  return process.request('stop-profile', { capture, discard }, STOP_TIMEOUT_MS)
}

function threadBetween(first: ThreadTime | null, last: ThreadTime | null): ThreadTime | null {
  if (first === null || last === null) return null
  return {
    ranSeconds: last.ranSeconds - first.ranSeconds,
    waitedSeconds: last.waitedSeconds - first.waitedSeconds
  }
}

async function quietWindow(process: WorkerProcess, seconds: number, signal: AbortSignal): Promise<WorkWindow> {
  const first = await process.request('snapshot', null)
  await pass(process, seconds, signal)
  return workBetween(first, await process.request('snapshot', null))
}

/** Waits, unless the process ends or nobody wants to know any more. */
async function pass(process: WorkerProcess, seconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, { signal: AbortSignal.any([signal, process.gone]) })
  } catch (error) {
    process.gone.throwIfAborted()
    throw error
  }
}
