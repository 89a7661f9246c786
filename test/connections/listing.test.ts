import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareConnectionIds } from '../../src/contract/connection-id.ts'
import { ratesBy } from '../../src/contract/connection-rates.ts'
import { comparePositions, isSteady, positionOf } from '../../src/contract/listing-order.ts'
import { closeReasons } from '../../src/contract/reasons.ts'
import {
  type ConnectionFilter,
  type ConnectionInfo,
  type ConnectionSortKey,
  connectionSortKeys,
  connectionStates,
  type Listing,
  type ListingPosition,
  type ListingQuery,
  stateFilters
} from '../../src/contract/snapshot.ts'
import { listConnections } from '../../src/dataplane/connection-listing.ts'
import { ConnectionMatcher } from '../../src/dataplane/connection-matcher.ts'
import { HeldListings } from '../../src/dataplane/held-listings.ts'
import { connectionInfo, type ListedConnection, type RateLookup } from '../../src/dataplane/listed-connection.ts'
import { StallClock } from '../../src/dataplane/stall-clock.ts'
import { allSteps } from '../../src/dataplane/steps.ts'
import { matchesFilter } from '../controlplane/memory-filter.ts'

const NOW_MS = 1_000_000
const small = fc.nat(3)

/** Few different values, so that ties are many and borders are met. */
const listed: fc.Arbitrary<ListedConnection> = fc
  .record({
    state: fc.constantFrom(...connectionStates),
    reason: fc.constantFrom(null, ...closeReasons.slice(0, 3)),
    address: fc.constantFrom('10.0.0.1', '10.0.0.2', '10.1.0.1', '::ffff:10.0.0.1', 'fd00::1', 'fd01::1'),
    openedAgoMs: fc.constantFrom(5000, 5001, 7000),
    readAgoMs: fc.constantFrom(0, 999, 1000, 4000),
    closedAgoMs: fc.constantFrom(0, 500),
    numbers: fc.array(small, { minLength: 8, maxLength: 8 })
  })
  .map(({ state, reason, address, openedAgoMs, readAgoMs, closedAgoMs, numbers }) => {
    const [port = 0, framesReceived = 0, framesSent = 0, bytesReceived = 0, bytesSent = 0, reads = 0, writes = 0] =
      numbers
    const stalls = new StallClock()
    for (let stall = 0; stall < port; stall++) {
      stalls.begin(1000 + stall * 100)
      stalls.end(1000 + stall * 100 + 10 * reads)
    }
    return {
      id: '',
      sequence: 0,
      worker: 1,
      address,
      port,
      state,
      reason,
      openedAtMs: NOW_MS - openedAgoMs,
      closedAtMs: state === 'closed' ? NOW_MS - closedAgoMs : null,
      lastReadMs: NOW_MS - (state === 'closed' ? Math.max(readAgoMs, closedAgoMs) : readAgoMs),
      traffic: { framesReceived, framesSent, bytesReceived, bytesSent, reads, writes },
      stalls,
      pendingBytes: numbers[7] ?? 0
    }
  })

const connections = fc
  .array(listed, { maxLength: 40 })
  .map(list => list.map((connection, index) => ({ ...connection, id: `1-${index + 1}`, sequence: index + 1 })))

const filter: fc.Arbitrary<ConnectionFilter> = fc.record(
  {
    state: fc.constantFrom(...stateFilters),
    worker: fc.constantFrom(1, 1, 1, 2),
    address: fc.constantFrom('10.0.0.1', '10.0.0.0/24', '10.0.0.0/8', 'fd00::/16', '::1', '0.0.0.0/0'),
    reason: fc.constantFrom(...closeReasons.slice(0, 3)),
    minIdleSeconds: fc.constantFrom(0, 0.999, 1, 1.001, 4),
    minAgeSeconds: fc.constantFrom(0, 5, 5.001, 5.002, 7),
    minPendingBytes: small
  },
  { requiredKeys: [] }
)

const rate = (connection: ListedConnection, field: string, seconds: number): number =>
  (connection.sequence * (field.length + seconds)) % 3
const lookup: RateLookup = {
  rate,
  rates: connection => ratesBy((field, seconds) => rate(connection, field, seconds))
}
const infosOf = (list: ListedConnection[]): ConnectionInfo[] => list.map(one => connectionInfo(one, lookup, NOW_MS))

test('a filter means what its words say', () => {
  let matched = 0
  fc.assert(
    fc.property(connections, filter, (list, asked) => {
      const matcher = new ConnectionMatcher(asked, NOW_MS)
      for (const connection of list) {
        const expected = matchesFilter(connectionInfo(connection, lookup, NOW_MS), asked)
        assert.equal(matcher.matches(connection), expected)
        if (expected) matched++
      }
    }),
    { numRuns: 2000, seed: 1 }
  )
  assert.ok(matched > 100, `${matched}`)
})

for (const sort of connectionSortKeys) {
  test(`pages by ${sort} visit each connection that matches once, in order, and say how many there are`, () => {
    fc.assert(
      fc.property(
        connections,
        filter,
        fc.constantFrom('asc', 'desc'),
        fc.integer({ min: 1, max: 50 }),
        (list, asked, order, limit) => {
          const expected = infosOf(list)
            .filter(info => matchesFilter(info, asked))
            .sort((a, b) => comparePositions(positionOf(a, sort), positionOf(b, sort), sort, order))
          assert.deepEqual(pages(list, asked, sort, order, limit, expected.length), expected)
        }
      ),
      { numRuns: 60, seed: 1 }
    )
  })
}

/** All pages, as a client asks for them; of each its total is checked. */
function pages(
  list: ListedConnection[],
  asked: ConnectionFilter,
  sort: ConnectionSortKey,
  order: 'asc' | 'desc',
  limit: number,
  total: number
): ConnectionInfo[] {
  const visited: ConnectionInfo[] = []
  let after: ListingPosition | null = null
  for (;;) {
    const page: { items: ConnectionInfo[]; total: number } = allSteps(
      listConnections(
        list,
        lookup,
        // As it comes back from a client: written down in between.
        { filter: asked, sort, order, limit, after: JSON.parse(JSON.stringify(after)), held: null },
        new HeldListings(),
        () => NOW_MS
      )
    )
    assert.equal(page.total, total)
    visited.push(...page.items)
    const last = page.items.at(-1)
    if (last === undefined || page.items.length < limit) return visited
    after = positionOf(last, sort)
  }
}

const moving = fc.array(fc.array(listed, { minLength: 15, maxLength: 15 }), { minLength: 20, maxLength: 20 })

for (const sort of connectionSortKeys.filter(key => !isSteady(key))) {
  test(`pages by ${sort} visit each connection that stays once, however its figures move, others come and go`, () => {
    fc.assert(
      fc.property(
        moving,
        fc.constantFrom('asc' as const, 'desc' as const),
        fc.integer({ min: 1, max: 7 }),
        (moments, order, limit) => {
          // Every fifth one stays for a while only, and others come; the rest is there throughout.
          const listAt = (moment: number): ListedConnection[] =>
            (moments[moment] as ListedConnection[]).map((figures, index) => {
              const sequence = index % 5 === 0 ? 1000 * moment + index + 1 : index + 1
              return { ...figures, id: `1-${sequence}`, sequence, state: 'open', closedAtMs: null } as const
            })
          const sequencesRise = (list: ListedConnection[]): ListedConnection[] =>
            list.sort((a, b) => a.sequence - b.sequence)
          const seen = idsOnAllPages(moment => sequencesRise(listAt(moment)), sort, order, limit)
          assert.equal(new Set(seen).size, seen.length, 'none comes twice')
          const stayed = listAt(0).filter((_, index) => index % 5 > 0)
          assert.deepEqual(
            stayed.filter(({ id }) => !seen.includes(id)),
            [],
            'none is left out'
          )
        }
      ),
      { numRuns: 25, seed: 1 }
    )
  })
}

/** Of one listing, each page of which is of another moment. */
function idsOnAllPages(
  listAt: (moment: number) => ListedConnection[],
  sort: ConnectionSortKey,
  order: 'asc' | 'desc',
  limit: number
): string[] {
  const listings = new HeldListings()
  const seen: string[] = []
  let after: ListingPosition | null = null
  for (let moment = 0; moment < 20; moment++) {
    const query: ListingQuery = { filter: {}, sort, order, limit, after, held: 7 }
    const page: Listing = allSteps(listConnections(listAt(moment), lookup, query, listings, () => NOW_MS))
    seen.push(...page.items.map(({ id }) => id))
    const last = page.items.at(-1)
    if (last === undefined || page.items.length < limit) return seen
    after = { value: page.values.at(-1) as number, id: last.id }
  }
  assert.fail('it has no end')
}

test('a page begins right behind a connection of another worker, or of a process before', () => {
  const list = [1, 2, 3].map(sequence => {
    const traffic = { framesReceived: 7, framesSent: 0, bytesReceived: 0, bytesSent: 0, reads: 0, writes: 0 }
    const times = { openedAtMs: 0, closedAtMs: null, lastReadMs: 0 }
    const peer = { address: '10.0.0.1', port: 1, pendingBytes: 0, stalls: new StallClock() }
    return {
      ...times,
      ...peer,
      id: `2.1-${sequence}`,
      sequence,
      worker: 2,
      state: 'open',
      reason: null,
      traffic
    } as const
  })
  const idsAfter = (id: string, sort: ConnectionSortKey, order: 'asc' | 'desc'): string[] =>
    allSteps(
      listConnections(
        list,
        lookup,
        { filter: {}, sort, order, limit: 9, after: { value: 7, id }, held: null },
        new HeldListings(),
        () => NOW_MS
      )
    ).items.map(one => one.id)
  const all = ['2.1-1', '2.1-2', '2.1-3']
  for (const id of ['1-9', '1.5-9', '2-9']) {
    assert.deepEqual(idsAfter(id, 'framesReceived', 'asc'), all)
    assert.deepEqual(idsAfter(id, 'framesReceived', 'desc'), all)
    assert.deepEqual(idsAfter(id, 'id', 'asc'), all)
    assert.deepEqual(idsAfter(id, 'id', 'desc'), [])
  }
  for (const id of ['2.2-1', '3-1', '10-1']) {
    assert.deepEqual(idsAfter(id, 'framesReceived', 'asc'), [])
    assert.deepEqual(idsAfter(id, 'id', 'desc'), [...all].reverse())
  }
  assert.deepEqual(idsAfter('2.1-2', 'framesReceived', 'desc'), ['2.1-3'])
  assert.deepEqual(idsAfter('2.1-2', 'id', 'desc'), ['2.1-1'])
})

test('ids are ordered by number', () => {
  const ids = ['1-1', '1-2', '1-10', '1.1-1', '1.2-5', '1.10-1', '2-1', '10-1']
  assert.deepEqual([...ids].reverse().sort(compareConnectionIds), ids)
})
