import type { ConnectionInfo, ConnectionSortKey, ListingPosition } from './snapshot.ts'

/** What a connection is sorted by. Workers and control plane must agree on it, or pages would overlap or skip. */
export function sortValue(connection: ConnectionInfo, key: ConnectionSortKey): number | string {
  if (key === 'address' || key === 'port') return connection.peer[key]
  return connection[key]
}

export function positionOf(connection: ConnectionInfo, key: ConnectionSortKey): ListingPosition {
  return { value: sortValue(connection, key), id: connection.id }
}

/** Ties are broken by id, always rising, so that every connection has one place. */
export function comparePositions(a: ListingPosition, b: ListingPosition, order: 'asc' | 'desc'): number {
  const byValue = a.value < b.value ? -1 : a.value > b.value ? 1 : 0
  if (byValue !== 0) return order === 'asc' ? byValue : -byValue
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}
