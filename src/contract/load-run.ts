import type { Arrival, Bounds } from './load-bounds.ts'
import type { LoadFigures, LoadPhase } from './load-figures.ts'

/** A load run that a server does on itself, as it is asked for and told of. */

export const loadRunStates = ['queued', 'running', 'done', 'failed', 'cancelled'] as const
/** Queued: its processes start and connect. Done: it came to its end, whether or not all went well on the way. */
export type LoadRunState = (typeof loadRunStates)[number]

export interface LoadRunRequest {
  readonly connections: number
  readonly inFlight: number
  readonly payloadBytes: number | Bounds
  /** Submits a second over all connections (open loop); null is a closed loop. */
  readonly rate: number | null
  readonly arrival: Arrival
  readonly seed: number
  readonly durationSeconds: number
  readonly warmUpSeconds: number
  readonly rampSeconds: number
  readonly processes: number
}

export interface LoadRunProgress {
  readonly phase: LoadPhase
  /** Since sending began. */
  readonly elapsedSeconds: number
  readonly totalSeconds: number
  readonly connections: { readonly open: number; readonly asked: number }
}

export interface LoadRunReport {
  readonly id: string
  readonly state: LoadRunState
  readonly request: LoadRunRequest
  readonly createdAt: string
  /** When Submits were first sent. */
  readonly startedAt: string | null
  readonly finishedAt: string | null
  /** Null until the first second has passed. */
  readonly progress: LoadRunProgress | null
  readonly lastSecond: LoadFigures | null
  /** Of the whole run, when it is done; of what there was of it, when it was cancelled. */
  readonly figures: LoadFigures | null
  /** What went wrong first, in words. */
  readonly problem: string | null
}

/** What a server may be asked to do to itself; less than what `framelab load` does to any. */
export const loadRunBounds = {
  connections: { min: 1, max: 10_000 },
  inFlight: { min: 1, max: 100_000 },
  payloadBytes: { min: 0, max: 1024 * 1024 },
  rate: { min: 1, max: 100_000_000 },
  seed: { min: 0, max: 4_294_967_295 },
  durationSeconds: { min: 0.1, max: 3600 },
  warmUpSeconds: { min: 0, max: 600 },
  rampSeconds: { min: 0, max: 3600 },
  processes: { min: 1, max: 16 }
} as const satisfies Record<string, Bounds>
