import type { ConnectionSortKey, ListingQuery } from '../contract/snapshot.ts'

const instants: Partial<Record<ConnectionSortKey, ConnectionSortKey>> = {
  ageSeconds: 'openedAt',
  idleSeconds: 'lastReceivedAt'
}

/** How a listing is asked for. */
export interface AskedOrder {
  readonly sort: ConnectionSortKey
  readonly order: 'asc' | 'desc'
  /** Of closed connections. */
  readonly closed: boolean
}

/**
 * The order in which the lab is asked. Ages and idle times grow between one page and the next, so a page that begins
 * behind one would show connections twice, without end, or never; the instant it is counted from gives the same order and
 * stands still. Those of a closed connection stand still themselves.
 */
export function steadyOrder({ sort, order, closed }: AskedOrder): Pick<ListingQuery, 'sort' | 'order'> {
  const instant = instants[sort]
  if (instant === undefined || closed) return { sort, order }
  return { sort: instant, order: order === 'asc' ? 'desc' : 'asc' }
}
