import { positionOf } from '../contract/listing-order.ts'
import type { ConnectionInfo, ListingQuery, ServerListing } from '../contract/snapshot.ts'
import { encodeCursor } from './cursor.ts'
import { filterOf } from './schemas/connection-filter.ts'
import type { ListConnectionsQuery } from './schemas/connections.ts'
import { type AskedOrder, steadyOrder } from './steady-order.ts'

export interface ConnectionPage {
  total: number
  nextCursor: string | null
  items: ConnectionInfo[]
  unavailableWorkers: number[]
}

/** What to ask the lab for: the page and one connection more, which tells whether there is a next page. */
export function listingQueryOf(query: ListConnectionsQuery): ListingQuery {
  const { limit, cursor } = query
  return { filter: filterOf(query), ...steadyOrder(askedOrder(query)), limit: limit + 1, after: cursor ?? null }
}

export function connectionPage(query: ListConnectionsQuery, listing: ServerListing): ConnectionPage {
  const { total, unavailableWorkers } = listing
  const items = listing.items.slice(0, query.limit)
  const last = items.at(-1)
  const isLastPage = last === undefined || listing.items.length <= query.limit
  const asked = askedOrder(query)
  const nextCursor = isLastPage ? null : encodeCursor({ ...asked, ...positionOf(last, steadyOrder(asked).sort) })
  return { total, nextCursor, items, unavailableWorkers }
}

function askedOrder({ sort, order, state }: ListConnectionsQuery): AskedOrder {
  return { sort, order, closed: state === 'closed' }
}
