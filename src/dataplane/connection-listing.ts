import { performance } from 'node:perf_hooks'
import { comparePositions } from '../contract/listing-order.ts'
import type { ConnectionInfo, ConnectionSortKey, Listing, ListingPosition, ListingQuery } from '../contract/snapshot.ts'
import type { Connection } from './connection.ts'
import type { ConnectionRegistry } from './connection-registry.ts'

/** One connection as the API shows it. */
export function connectionInfo(connection: Connection, nowMs: number): ConnectionInfo {
  return {
    id: connection.id,
    worker: connection.worker,
    peer: { address: connection.address, port: connection.port },
    state: connection.state,
    openedAt: new Date(epochMs(connection.openedAtMs)).toISOString(),
    lastReceivedAt: new Date(epochMs(connection.lastReadMs)).toISOString(),
    ageSeconds: seconds(nowMs - connection.openedAtMs),
    idleSeconds: seconds(nowMs - connection.lastReadMs),
    ...connection.traffic,
    pendingBytes: connection.pendingBytes
  }
}

/**
 * One page. A single pass that keeps the best `limit` in a heap: on the data plane's event loop, so sorting all and making
 * an object for each is what it must not do.
 */
export function listConnections(registry: ConnectionRegistry, query: ListingQuery): Listing {
  const nowMs = performance.now()
  const { sort, order } = query
  const after = query.after && comparable(query.after, sort)
  const page = new FirstFew(query.limit, order)
  for (const connection of registry) {
    const position = { value: sortValueOf(connection, sort, nowMs), id: connection.id, connection }
    if (after === null || comparePositions(position, after, order) > 0) page.offer(position)
  }
  return { total: registry.size, items: page.inOrder().map(({ connection }) => connectionInfo(connection, nowMs)) }
}

/** Times are compared as numbers: writing one down for each connection would cost more than all the rest. */
function comparable(position: ListingPosition, key: ConnectionSortKey): ListingPosition {
  if (key !== 'openedAt' && key !== 'lastReceivedAt') return position
  return { value: Date.parse(String(position.value)), id: position.id }
}

/** What orders as `sortValue` of the connection's info does, without making the info. */
function sortValueOf(connection: Connection, key: ConnectionSortKey, nowMs: number): number | string {
  switch (key) {
    case 'id':
    case 'worker':
    case 'state':
    case 'address':
    case 'port':
    case 'pendingBytes':
      return connection[key]
    case 'openedAt':
      return epochMs(connection.openedAtMs)
    case 'lastReceivedAt':
      return epochMs(connection.lastReadMs)
    case 'ageSeconds':
      return seconds(nowMs - connection.openedAtMs)
    case 'idleSeconds':
      return seconds(nowMs - connection.lastReadMs)
    default:
      return connection.traffic[key]
  }
}

/** Whole, as in a date that is written down. */
const epochMs = (milliseconds: number): number => Math.trunc(performance.timeOrigin + milliseconds)
const seconds = (milliseconds: number): number => Math.round(milliseconds) / 1000

interface Candidate extends ListingPosition {
  readonly connection: Connection
}

/** The first `limit` of all candidates: a heap with the last of them on top, where a better one replaces it. */
class FirstFew {
  readonly #limit: number
  readonly #order: 'asc' | 'desc'
  readonly #heap: Candidate[] = []

  constructor(limit: number, order: 'asc' | 'desc') {
    this.#limit = limit
    this.#order = order
  }

  offer(candidate: Candidate): void {
    const heap = this.#heap
    if (heap.length < this.#limit) {
      heap.push(candidate)
      this.#rise(heap.length - 1)
    } else if (heap.length > 0 && this.#isBefore(candidate, heap[0] as Candidate)) {
      heap[0] = candidate
      this.#sink()
    }
  }

  inOrder(): Candidate[] {
    return this.#heap.sort((a, b) => comparePositions(a, b, this.#order))
  }

  #isBefore(a: Candidate, b: Candidate): boolean {
    return comparePositions(a, b, this.#order) < 0
  }

  #rise(from: number): void {
    const heap = this.#heap
    let at = from
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(heap[parent] as Candidate, heap[at] as Candidate)) return
      this.#swap(parent, at)
      at = parent
    }
  }

  #sink(): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      let last = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && this.#isBefore(heap[last] as Candidate, heap[child] as Candidate)) last = child
      }
      if (last === at) return
      this.#swap(last, at)
      at = last
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const kept = heap[a] as Candidate
    heap[a] = heap[b] as Candidate
    heap[b] = kept
  }
}
