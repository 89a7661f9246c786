import type { OptimizationName } from '../../contract/optimizations.ts'
import type { OptimizationsReport, ServerReport, WorkerReport } from '../../contract/server-report.ts'
import type { ConnectionInfo } from '../../contract/snapshot.ts'

/** `hint`: it may pay to try something. `warning`: somebody is served badly. `critical`: something is broken. */
export const severities = ['hint', 'warning', 'critical'] as const
export type Severity = (typeof severities)[number]

/** A figure that a finding rests on; its unit is in its name. */
export interface Evidence {
  /** null is the whole server. */
  readonly worker: number | null
  readonly name: string
  readonly value: number
}

/** What to send to see whether the advice is right. */
export interface Trial {
  readonly method: 'GET' | 'PATCH'
  readonly path: string
  readonly body: Readonly<Record<string, boolean | number | string | readonly number[]>> | null
}

export interface Finding {
  readonly rule: string
  readonly severity: Severity
  /** What is so, in a sentence. */
  readonly summary: string
  /** What to do about it. */
  readonly advice: string
  /** Where; none is the server as a whole. */
  readonly workers: readonly number[]
  readonly evidence: readonly Evidence[]
  readonly trial: Trial | null
}

/** All that a rule looks at. */
export interface Observation {
  readonly report: ServerReport
  readonly optimizations: OptimizationsReport
  /** The open connection that was stalled for longest, by a peer who left its acks unread; null while there is none. */
  readonly slowest: ConnectionInfo | null
}

export type Rule = (observation: Observation) => readonly Finding[]

/** Below this, the figures of a worker are chance. */
export const LEAST_FRAMES_PER_SECOND = 100

/** Workers with enough traffic to be judged. */
export function busyWorkers({ report }: Observation): readonly WorkerReport[] {
  return report.workers.filter(({ rates }) => rates.framesReceivedPerSecond >= LEAST_FRAMES_PER_SECOND)
}

export function isOn({ optimizations }: Observation, name: OptimizationName, worker: number): boolean {
  return optimizations.optimizations.find(one => one.name === name)?.workers[worker] === true
}

/** A figure as it is said: short, and never more exact than it is. */
export function inWords(value: number): string {
  return String(Number(value.toPrecision(3)))
}
