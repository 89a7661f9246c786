import type { OptimizationName, Switches } from './optimizations.ts'

/** Profiles of the running server: what is asked for, what was true meanwhile, and what came of it. */

export const profileKinds = ['cpu', 'allocation'] as const
/** `cpu`: where the time went. `allocation`: where memory was allocated, of what is garbage by now too. */
export type ProfileKind = (typeof profileKinds)[number]

export const profileStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
export type ProfileState = (typeof profileStates)[number]

export const profileBounds = {
  seconds: { min: 0.1, max: 120 },
  intervalMicroseconds: { min: 100, max: 100_000 },
  abandonAfterSeconds: { min: 1, max: 120 },
  labelLength: 200
} as const

export interface ProfileRequest {
  readonly kind: ProfileKind
  readonly seconds: number
  /** From one sample of the CPU to the next; 5 ms unless given. Allocations are sampled by their bytes. */
  readonly intervalMicroseconds?: number | undefined
  /** Cancels it when nobody has asked how it goes for so long: whoever wanted it is gone. Never unless given. */
  readonly abandonAfterSeconds?: number | undefined
  /** null is all of them. */
  readonly workers: readonly number[] | null
  readonly label: string | null
}

/** What a worker did over a stretch of time. */
export interface WorkWindow {
  readonly seconds: number
  readonly frames: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly reads: number
  readonly writes: number
  readonly cpuSeconds: number
  readonly gcSeconds: number
  readonly gcCollections: number
  /** Part of the time that the event loop was busy, from 0 to 1. */
  readonly loopUtilization: number
}

/** Memory behind Buffers and ArrayBuffers, which V8's heap profiler does not see. */
export interface BufferBytes {
  readonly before: number
  readonly after: number
  /** Sum of all increases that were seen; what was allocated and freed between two looks is missing from it. */
  readonly allocatedAtLeast: number
}

/** Of a worker's main thread, during the capture. */
export interface ThreadTime {
  /** On a core. */
  readonly ranSeconds: number
  /** It had something to do, and others had all the cores. */
  readonly waitedSeconds: number
}

/** One worker's part in a profile. */
export interface ProfiledWorker extends WorkWindow {
  readonly worker: number
  readonly pid: number
  readonly connections: number
  readonly switchesBefore: Switches
  readonly switchesAfter: Switches
  readonly buffers: BufferBytes
  /** null where the system does not tell. */
  readonly mainThread: ThreadTime | null
  /** Of the time that it wanted a core, the part in which it had one: by so much samples count as CPU time. */
  readonly coreShare: number
  /** How long the worker stood still while the profiler was started, and while it was stopped. */
  readonly startStallSeconds: number
  readonly stopStallSeconds: number
}

/** CPU time per frame with and without the profiler: in windows before, during and after the capture. */
export interface ProfilingCost {
  readonly windowSeconds: { readonly before: number; readonly during: number; readonly after: number }
  readonly cpuMicrosecondsPerFrame: {
    readonly before: number | null
    readonly during: number | null
    readonly after: number | null
  }
  /** During, against the mean of before and after, in percent; an estimate. null where a window saw too few frames. */
  readonly estimatePercent: number | null
  /** How far before and after are apart themselves: an estimate smaller than this says nothing. */
  readonly noisePercent: number | null
}

export interface ProfileReport {
  readonly id: string
  readonly kind: ProfileKind
  readonly state: ProfileState
  /** From 0 to 1. */
  readonly progress: number
  readonly label: string | null
  /** How long it was to last. */
  readonly seconds: number
  /** What one sample stands for: so much time, or so many bytes. */
  readonly sampling: { readonly interval: number; readonly unit: 'microseconds' | 'bytes' }
  readonly workers: readonly number[]
  readonly createdAt: string
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** Why it failed. */
  readonly error: string | null
  readonly framelab: string
  readonly node: string
  /** Of the switches, when it began and when it ended. */
  readonly revision: number
  readonly revisionAfter: number | null
  /** What was in force on these workers when it began. */
  readonly switches: Readonly<Record<OptimizationName, boolean | 'mixed'>>
  /** Switches, or the processes of workers, were not the same all the time: the figures are a mixture. */
  readonly changedMeanwhile: boolean
  /** Over all its workers; 0 until it is done. */
  readonly frames: number
  readonly bytesReceived: number
  readonly bytesSent: number
  readonly reads: number
  readonly writes: number
  readonly cpuSeconds: number
  readonly gcSeconds: number
  readonly gcCollections: number
  /** On average over its workers. */
  readonly loopUtilization: number
  readonly connections: number
  readonly framesPerSecond: number
  readonly capturedSeconds: number
  /** What V8 sampled in all, without idle time: seconds of `cpu` on a core, bytes of `allocation`. */
  readonly sampled: { readonly amount: number; readonly unit: 'seconds' | 'bytes' }
  readonly buffers: BufferBytes
  readonly cost: ProfilingCost | null
  readonly workerFigures: readonly ProfiledWorker[]
}

/** Less of a core than this, and it is said beside the figures. */
const WHOLE_CORE = 0.9

/** What part of the time its workers had a core when they wanted one, if it is little enough to be told; else null. */
export function scarceCoreShare({ workerFigures }: ProfileReport): number | null {
  const least = Math.min(1, ...workerFigures.map(({ coreShare }) => coreShare))
  return least < WHOLE_CORE ? least : null
}
