import { randomInt } from 'node:crypto'
import { comparePositions, isSteady, positionOf } from '../contract/listing-order.ts'
import type { ConnectionInfo, ListingPosition, ListingQuery, ServerListing } from '../contract/snapshot.ts'
import { encodeCursor } from './cursor.ts'
import { ListingForgottenError } from './lab.ts'
import { invalidInput } from './problem.ts'
import { filterOf } from './schemas/connection-filter.ts'
import type { ListConnectionsQuery } from './schemas/connections.ts'
import { type AskedOrder, steadyOrder } from './steady-order.ts'

/** Nobody is to guess the listing of another. */
const MOST_LISTINGS = 2 ** 47

export interface ConnectionPage {
  total: number
  nextCursor: string | null
  items: ConnectionInfo[]
  unavailableWorkers: number[]
}

/** What to ask the lab for: the page and one connection more, which tells whether there is a next page. */
export function listingQueryOf(query: ListConnectionsQuery): ListingQuery {
  const { limit, cursor } = query
  const asked = askedOrder(query)
  const { sort, order } = steadyOrder(asked)
  const moves = !asked.closed && !isSteady(sort)
  const held = cursor === undefined ? (moves ? randomInt(MOST_LISTINGS) : null) : cursor.held
  return { filter: filterOf(query), sort, order, limit: limit + 1, after: cursor ?? null, held }
}

/** Items of a page are in the order of what they show, which may have moved since they got their places. */
export function connectionPage(
  query: ListConnectionsQuery,
  held: number | null,
  listing: ServerListing
): ConnectionPage {
  const { total, values, unavailableWorkers } = listing
  const { sort, order, closed } = askedOrder(query)
  const items = listing.items.slice(0, query.limit)
  const last = items.at(-1)
  const isLastPage = last === undefined || listing.items.length <= query.limit
  const place = { value: values[items.length - 1] as ListingPosition['value'], id: last?.id ?? '' }
  const nextCursor = isLastPage ? null : encodeCursor({ sort, order, closed, ...place, held })
  const shown = items.sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort), sort, order))
  return { total, nextCursor, items: shown, unavailableWorkers }
}

/** A listing that cannot be continued is the fault of the cursor. */
export async function continuing<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    if (!(error instanceof ListingForgottenError)) throw error
    throw invalidInput([{ parameter: 'cursor', detail: error.message }])
  }
}

function askedOrder({ sort, order, state }: ListConnectionsQuery): AskedOrder {
  return { sort, order, closed: state === 'closed' }
}
