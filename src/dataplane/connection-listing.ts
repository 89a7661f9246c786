import { compareConnectionIds, parseConnectionId } from '../contract/connection-id.ts'
import {
  type RatedField,
  type RateKey,
  ratedFields,
  rateKey,
  rateWindowsSeconds
} from '../contract/connection-rates.ts'
import { compareValues, inOrder, isRateKey, sortValue } from '../contract/listing-order.ts'
import type { ConnectionInfo, ConnectionSortKey, Listing, ListingPosition, ListingQuery } from '../contract/snapshot.ts'
import { ConnectionMatcher } from './connection-matcher.ts'
import { FirstFew } from './first-few.ts'
import type { HeldListings } from './held-listings.ts'
import { ageSeconds, connectionInfo, idleSeconds, type ListedConnection, type RateLookup } from './listed-connection.ts'
import { epochMs, isoTime, seconds } from './listing-times.ts'
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
  listings: HeldListings,
  clock: () => number
): Steps<Listing> {
  const nowMs = clock()
  const { sort, order, limit, held } = query
  const matcher = new ConnectionMatcher(query.filter, nowMs)
  const valueOf = heldOr(sortedBy(sort, lookup, nowMs), query, listings, nowMs)
  if (valueOf === null) return { total: 0, items: [], values: [], forgotten: true }
  const page = new FirstFew(limit, order, sort === 'id' ? order : 'asc')
  const after = query.after && new After(query.after, query)
  let total = 0
  for (const connection of inSteps(connections)) {
    if (connection === null) yield
    else if (matcher.matches(connection)) {
      total++
      const value = valueOf(connection)
      if (value !== undefined && (after === null || after.isBefore(value, connection))) page.offer(value, connection)
    }
  }
  const items: ConnectionInfo[] = []
  const values: Value[] = []
  for (const place of inSteps(page.inOrder())) {
    if (place === null) yield
    else {
      const info = connectionInfo(place.connection, lookup, clock())
      items.push(info)
      values.push(held === null ? sortValue(info, sort) : written(place.value, sort))
    }
  }
  return { total, items, values, forgotten: false }
}

/**
 * What a page goes by. The first one of a listing whose figures move notes what they are; the others go by that, and what
 * came later has no place in them. Null when that is held no longer.
 */
function heldOr(
  valueNow: (connection: ListedConnection) => Value,
  { held, after }: ListingQuery,
  listings: HeldListings,
  nowMs: number
): ((connection: ListedConnection) => Value | undefined) | null {
  if (held === null) return valueNow
  if (after !== null) {
    const valueThen = listings.find(held, nowMs)?.walk()
    return valueThen === undefined ? null : ({ sequence }) => valueThen(sequence)
  }
  const listing = listings.begin(held, nowMs)
  return connection => {
    const value = valueNow(connection)
    listing.add(connection.sequence, value)
    return value
  }
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

const written = (value: Value, key: ConnectionSortKey): Value =>
  key === 'lastReceivedAt' ? isoTime(Number(value)) : value

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
