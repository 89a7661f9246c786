import type { SwitchChange } from '../../contract/audit.ts'
import type { OptimizationName } from '../../contract/optimizations.ts'
import type { ApiRequest } from '../live/api.ts'

const path = '/api/v1/optimizations'
/** Who the audit names. */
export const BY = 'dashboard'

export function switchRequest(
  name: OptimizationName,
  enabled: boolean,
  worker: number | null,
  reason?: string
): ApiRequest {
  return change({ [name]: enabled, ...(worker === null ? {} : { workers: [worker] }) }, reason)
}

export const presetRequest = (preset: string, reason?: string): ApiRequest => change({ preset }, reason)

function change(what: object, reason?: string): ApiRequest {
  return { method: 'PATCH', path, body: { ...what, by: BY, ...(reason === undefined ? {} : { reason }) } }
}

/** What gives back what was before these changes: one request for each set of workers that it concerns. */
export function undoRequests(id: number, changes: readonly SwitchChange[]): ApiRequest[] {
  const byWorkers = new Map<string, SwitchChange[]>()
  for (const change of changes) {
    const key = change.workers.join()
    byWorkers.set(key, [...(byWorkers.get(key) ?? []), change])
  }
  return [...byWorkers.values()].map(group => ({
    method: 'PATCH',
    path,
    body: {
      ...Object.fromEntries(group.map(({ name, before }) => [name, before])),
      workers: group[0]?.workers,
      by: BY,
      reason: `undo of change ${id}`
    }
  }))
}
