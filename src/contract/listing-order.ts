import { compareConnectionIds } from './connection-id.ts'
import { type RateKey, rateKeys } from './connection-rates.ts'
import type { ConnectionInfo, ConnectionSortKey, ListingPosition } from './snapshot.ts'

export type Order = 'asc' | 'desc'

const rates: ReadonlySet<string> = new Set(rateKeys)
export const isRateKey = (key: ConnectionSortKey): key is RateKey => rates.has(key)

const steadyKeys: ReadonlySet<string> = new Set(['id', 'worker', 'address', 'port', 'openedAt', 'closedAt'])

/** Whether it stays what it is as long as the connection lives. */
export const isSteady = (key: ConnectionSortKey): boolean => steadyKeys.has(key)

/** What a connection is sorted by. Workers and control plane must agree on it, or pages would overlap or skip. */
export function sortValue(connection: ConnectionInfo, key: ConnectionSortKey): number | string {
  if (key === 'address' || key === 'port') return connection.peer[key]
  if (isRateKey(key)) return connection.rates[key]
  // Nothing comes before anything.
  if (key === 'reason' || key === 'closedAt') return connection[key] ?? ''
  return connection[key]
}

export function positionOf(connection: ConnectionInfo, key: ConnectionSortKey): ListingPosition {
  return { value: sortValue(connection, key), id: connection.id }
}

/** Ties are broken by id, always rising, so that every connection has one place. */
export function comparePositions(a: ListingPosition, b: ListingPosition, key: ConnectionSortKey, order: Order): number {
  if (key === 'id') return inOrder(compareConnectionIds(a.id, b.id), order)
  return inOrder(compareValues(a.value, b.value), order) || compareConnectionIds(a.id, b.id)
}

export function compareValues(a: number | string, b: number | string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

export const inOrder = (comparison: number, order: Order): number => (order === 'asc' ? comparison : -comparison)
