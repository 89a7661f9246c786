import { positionOf } from '../contract/listing-order.ts'
import type { ConnectionInfo, Listing, ListingQuery } from '../contract/snapshot.ts'
import { encodeCursor } from './cursor.ts'
import type { ListConnectionsQuery } from './schemas/connections.ts'
import { steadyOrder } from './steady-order.ts'

export interface ConnectionPage {
  total: number
  nextCursor: string | null
  items: ConnectionInfo[]
}

/** What to ask the lab for: the page and one connection more, which tells whether there is a next page. */
export function listingQueryOf({ sort, order, limit, cursor }: ListConnectionsQuery): ListingQuery {
  return { ...steadyOrder(sort, order), limit: limit + 1, after: cursor ?? null }
}

export function connectionPage({ sort, order, limit }: ListConnectionsQuery, listing: Listing): ConnectionPage {
  const items = listing.items.slice(0, limit)
  const last = items.at(-1)
  if (last === undefined || listing.items.length <= limit) return { total: listing.total, nextCursor: null, items }
  const position = positionOf(last, steadyOrder(sort, order).sort)
  return { total: listing.total, nextCursor: encodeCursor({ sort, order, ...position }), items }
}
