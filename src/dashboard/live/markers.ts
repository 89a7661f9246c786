import type { AuditEntry, SwitchChange } from '../../contract/audit.ts'
import type { WorkerEvent } from '../../contract/events.ts'
import type { ExperimentEvent } from '../../contract/experiment.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import type { ProfileReport } from '../../contract/profile.ts'
import { count } from './units.ts'

/** Something that happened, drawn as a line across every chart. */
export interface Marker {
  readonly id: string
  /** Seconds since 1970. */
  readonly time: number
  readonly kind: 'switch' | 'worker' | 'profile' | 'experiment' | 'load' | 'drain'
  /** A few words, for the chart. */
  readonly name: string
  /** All of it, for the list. */
  readonly sentence: string
}

const secondsOf = (at: string): number => Date.parse(at) / 1000

/** An experiment changes switches for every block. It is marked as a whole: its own changes would cover everything else. */
export const isByExperiment = ({ by }: AuditEntry): boolean => /^(?:experiment |exploration-)/.test(by)

export function changeMarker(entry: AuditEntry): Marker {
  const names = entry.changes.map(changeInWords)
  const name = names.length > 2 ? `${names.length} switches` : names.join(', ')
  const by = entry.cause === 'ttl' ? 'ended by itself' : `by ${entry.by}`
  const why = entry.reason === null ? '' : `: ${entry.reason}`
  return {
    id: `change ${entry.id}`,
    time: secondsOf(entry.at),
    kind: 'switch',
    name,
    sentence: `${names.join(', ')} (${by}${why})`
  }
}

export function changeInWords({ name, after }: SwitchChange): string {
  return `${name} ${after ? 'on' : 'off'}`
}

/** The end of a process only; its states on the way are many. It carries no time of its own: `now` is that of its arrival. */
export function workerMarker({ worker, ended, restarts }: WorkerEvent, time: number): Marker | null {
  if (ended === null || ended.what === 'stopped') return null
  const name = `worker ${worker} ${ended.what === 'replaced' ? 'replaced' : 'died'}`
  return {
    id: `worker ${worker} ${restarts} ${ended.pid}`,
    time,
    kind: 'worker',
    name,
    sentence: `${name}: ${ended.how}`
  }
}

export function profileMarker({ id, label, kind, state, startedAt, seconds }: ProfileReport): Marker | null {
  if (startedAt === null || state === 'failed') return null
  const name = `${kind === 'cpu' ? 'CPU' : 'memory'} profile`
  return {
    id: `profile ${id}`,
    time: secondsOf(startedAt),
    kind: 'profile',
    name,
    sentence: `${name} of ${seconds} s${label === null ? '' : `, “${label}”`}`
  }
}

export function experimentMarker({ id, label, startedAt, arms }: ExperimentEvent): Marker | null {
  if (startedAt === null) return null
  return {
    id: `experiment ${id}`,
    time: secondsOf(startedAt),
    kind: 'experiment',
    name: 'experiment',
    sentence: `experiment ${label ?? arms.join(' / ')}`
  }
}

export function loadMarker({ id, startedAt, request }: LoadRunReport): Marker | null {
  if (startedAt === null) return null
  const how = request.rate === null ? `${request.inFlight} in flight each` : `${count(request.rate)} Submits/s`
  return {
    id: `load ${id}`,
    time: secondsOf(startedAt),
    kind: 'load',
    name: 'load',
    sentence: `load from ${request.connections} connections, ${how}`
  }
}
