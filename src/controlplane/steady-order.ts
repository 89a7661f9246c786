import type { ConnectionSortKey, ListingQuery } from '../contract/snapshot.ts'

/**
 * The order in which the lab is asked. All ages grow between one page and the next, so a page that begins behind an age
 * would show some connections twice or never; the time of opening gives the same order and stands still.
 */
export function steadyOrder(sort: ConnectionSortKey, order: 'asc' | 'desc'): Pick<ListingQuery, 'sort' | 'order'> {
  if (sort !== 'ageSeconds') return { sort, order }
  return { sort: 'openedAt', order: order === 'asc' ? 'desc' : 'asc' }
}
