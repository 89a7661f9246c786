import type { ConnectionSortKey, ListingQuery } from '../contract/snapshot.ts'

const instants: Partial<Record<ConnectionSortKey, ConnectionSortKey>> = {
  ageSeconds: 'openedAt',
  idleSeconds: 'lastReceivedAt'
}

/**
 * The order in which the lab is asked. Ages and idle times grow between one page and the next, so a page that begins
 * behind one would show connections twice, without end, or never; the instant it is counted from gives the same order and
 * stands still.
 */
export function steadyOrder(sort: ConnectionSortKey, order: 'asc' | 'desc'): Pick<ListingQuery, 'sort' | 'order'> {
  const instant = instants[sort]
  return instant === undefined ? { sort, order } : { sort: instant, order: order === 'asc' ? 'desc' : 'asc' }
}
