import { compareConnectionIds, parseConnectionId } from '../contract/connection-id.ts'
import {
  type RatedField,
  type RateKey,
  ratedFields,
  rateKey,
  rateWindowsSeconds
} from '../contract/connection-rates.ts'
import { compareValues, inOrder, isRateKey } from '../contract/listing-order.ts'
import type { ConnectionInfo, ConnectionSortKey, Listing, ListingPosition, ListingQuery } from '../contract/snapshot.ts'
import { ConnectionMatcher } from './connection-matcher.ts'
import { FirstFew } from './first-few.ts'
import { ageSeconds, connectionInfo, idleSeconds, type ListedConnection, type RateLookup } from './listed-connection.ts'
import { epochMs, seconds } from './listing-times.ts'
import { inSteps, type Steps } from './steps.ts'

type Value = number | string

/**
 * One page. A single pass that keeps the best `limit` in a heap: on the data plane's event loop, so sorting all and making
 * an object for each is what it must not do. What is shown of a connection is what is so at the end of the pass.
 */
export function* listConnections(
  connections: Iterable<ListedConnection>,
  lookup: RateLookup,
  query: ListingQuery,
  clock: () => number
): Steps<Listing> {
  const nowMs = clock()
  const { sort, order, limit } = query
  const matcher = new ConnectionMatcher(query.filter, nowMs)
  const valueOf = sortedBy(sort, lookup, nowMs)
  const page = new FirstFew(limit, order, sort === 'id' ? order : 'asc')
  const after = query.after && new After(query.after, query)
  let total = 0
  for (const connection of inSteps(connections)) {
    if (connection === null) yield
    else if (matcher.matches(connection)) {
      total++
      const value = valueOf(connection)
      if (after === null || after.isBefore(value, connection)) page.offer(value, connection)
    }
  }
  const items: ConnectionInfo[] = []
  for (const connection of inSteps(page.inOrder())) {
    if (connection === null) yield
    else items.push(connectionInfo(connection, lookup, clock()))
  }
  return { total, items }
}

/** The position behind which a page begins, compared without writing down the id of each connection. */
class After {
  readonly #value: Value
  readonly #id: string
  readonly #query: ListingQuery
  readonly #sequence: number
  /** Set by the first connection that ties: which of the two ids comes first but for the sequence. */
  #byProcess: number | null = null

  constructor({ value, id }: ListingPosition, query: ListingQuery) {
    this.#value = comparable(value, query.sort)
    this.#id = id
    this.#query = query
    this.#sequence = parseConnectionId(id)?.sequence ?? 0
  }

  isBefore(value: Value, connection: ListedConnection): boolean {
    const { sort, order } = this.#query
    const byValue = compareValues(this.#value, value)
    if (byValue !== 0) return inOrder(byValue, order) < 0
    this.#byProcess ??= compareConnectionIds(withSequence(this.#id, 1), withSequence(connection.id, 1))
    const byId = this.#byProcess || this.#sequence - connection.sequence
    return inOrder(byId, sort === 'id' ? order : 'asc') < 0
  }
}

const withSequence = (id: string, sequence: number): string => `${id.slice(0, id.lastIndexOf('-'))}-${sequence}`

/** Times are compared as numbers: writing one down for each connection would cost more than all the rest. */
function comparable(value: Value, key: ConnectionSortKey): Value {
  if (key === 'id') return 0
  if (key !== 'openedAt' && key !== 'closedAt' && key !== 'lastReceivedAt') return value
  return value === '' ? 0 : Date.parse(String(value))
}

/** What orders as `sortValue` of the connection's info does, without making the info. */
function sortedBy(key: ConnectionSortKey, lookup: RateLookup, nowMs: number): (connection: ListedConnection) => Value {
  if (isRateKey(key)) {
    const { field, window } = partsOf(key)
    return connection => lookup.rate(connection, field, window)
  }
  switch (key) {
    // Ordered by their sequence alone.
    case 'id':
      return () => 0
    case 'worker':
    case 'state':
    case 'address':
    case 'port':
    case 'pendingBytes':
      return connection => connection[key]
    case 'reason':
      return connection => connection.reason ?? ''
    case 'openedAt':
      return connection => epochMs(connection.openedAtMs)
    case 'closedAt':
      return connection => (connection.closedAtMs === null ? 0 : epochMs(connection.closedAtMs))
    case 'lastReceivedAt':
      return connection => epochMs(connection.lastReadMs)
    case 'ageSeconds':
      return connection => ageSeconds(connection, nowMs)
    case 'idleSeconds':
      return connection => idleSeconds(connection, nowMs)
    case 'stalls':
      return connection => connection.stalls.count
    case 'stalledSeconds':
      return connection => seconds(connection.stalls.totalMs(nowMs))
    case 'longestStallSeconds':
      return connection => seconds(connection.stalls.longestMs(nowMs))
    default:
      return connection => connection.traffic[key]
  }
}

function partsOf(key: RateKey): { field: RatedField; window: (typeof rateWindowsSeconds)[number] } {
  for (const field of ratedFields) {
    for (const window of rateWindowsSeconds) if (rateKey(field, window) === key) return { field, window }
  }
  throw new RangeError(`no rate '${key}'`)
}
