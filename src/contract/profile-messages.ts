import type { ProfileKind, ThreadTime } from './profile.ts'

/** What primary and workers say to each other about profiles. */

export interface ProfileStart {
  /** Which capture it is, so that a late stop does not end the next one. */
  readonly capture: string
  readonly kind: ProfileKind
  /** From one sample to the next: microseconds of `cpu`, bytes of `allocation`. */
  readonly interval: number
  /** The worker ends it by itself after this long, should it hear no more. */
  readonly longestMs: number
  /** Leaves out what was freed meanwhile; for `allocation` only. */
  readonly onlyLive: boolean
}

/** How it stands at one end of what a profile is about. */
export interface ProfileMark<Snapshot> {
  readonly snapshot: Snapshot
  /** By the clock that V8 writes into CPU profiles. */
  readonly clockUs: number
  /** Since the thread began; null where the system does not tell. */
  readonly mainThread: ThreadTime | null
}

export type ProfileStarted<Snapshot> =
  | { readonly started: true; readonly stallSeconds: number; readonly mark: ProfileMark<Snapshot> }
  | { readonly started: false; readonly reason: string }

export interface ProfileStop {
  readonly capture: string
  /** The profile is not wanted any more. */
  readonly discard: boolean
}

export type ProfileStopped<Snapshot> =
  | {
      readonly stopped: true
      /** As V8 gave it. */
      readonly profile: unknown
      readonly stallSeconds: number
      /** When the profiler was about to be stopped. */
      readonly mark: ProfileMark<Snapshot>
      readonly bufferBytesAllocatedAtLeast: number
    }
  | { readonly stopped: false; readonly reason: string }
