import type { OptimizationName } from './optimizations.ts'

/** Who asked for something, and why. */
export interface Actor {
  readonly by: string
  readonly reason: string | null
}

export const auditCauses = [
  'patch',
  'ttl',
  'delete',
  'drain',
  'close',
  'restart',
  'profile',
  'unprofile',
  'load',
  'unload',
  'explore',
  'unexplore',
  'experiment',
  'unexperiment'
] as const
/**
 * `patch` and `delete` were asked for, `ttl` is a layer that has ended by itself. `unprofile` cancels a profile, or deletes
 * it, and so does `unload` with a load run. `experiment` is the beginning of one, or an arm that it puts into force;
 * `unexperiment` is its end, which gives back what was in force, or its deletion.
 */
export type AuditCause = (typeof auditCauses)[number]

/** What a change did to one switch, on the workers where it did it. */
export interface SwitchChange {
  readonly name: OptimizationName
  readonly before: boolean
  readonly after: boolean
  readonly workers: readonly number[]
}

/** One thing that was done to the server. */
export interface AuditEntry extends Actor {
  readonly id: number
  readonly at: string
  readonly cause: AuditCause
  /** What it was done to: `layer 3`, `worker 2`, `connection 1-42`; null for the server, or switches for good. */
  readonly target: string | null
  /** Of the switches, afterwards. */
  readonly revision: number
  /** What is in force now and was not before; empty where a layer above hides it. */
  readonly changes: readonly SwitchChange[]
}
