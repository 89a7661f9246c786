import { performance } from 'node:perf_hooks'
import type { CloseReason } from '../contract/reasons.ts'
import type {
  BulkClose,
  CloseMode,
  ConnectionFilter,
  ConnectionInfo,
  Listing,
  ListingQuery
} from '../contract/snapshot.ts'
import { ClosedConnection, ClosedConnections } from './closed-connections.ts'
import type { Connection } from './connection.ts'
import { listConnections } from './connection-listing.ts'
import { ConnectionMatcher } from './connection-matcher.ts'
import type { ConnectionRegistry } from './connection-registry.ts'
import { HeldListings } from './held-listings.ts'
import { connectionInfo, type ListedConnection, type RateLookup } from './listed-connection.ts'
import { PacedClosings } from './paced-closings.ts'
import { NO_SLOT, RateWindows } from './rate-windows.ts'
import { inSteps, type Steps } from './steps.ts'

const TICK_MS = 1000

/**
 * Answers what is asked about the connections of a worker, the live ones and the last that closed, and closes them. What
 * goes over all of them is done in steps, so that whoever runs them can let the connections be served in between.
 */
export class ConnectionDirectory {
  readonly #registry: ConnectionRegistry
  readonly #closed: ClosedConnections
  readonly #windows = new RateWindows(performance.now())
  readonly #closings = new PacedClosings()
  readonly #listings = new HeldListings()
  readonly #lookup: RateLookup
  #timer: NodeJS.Timeout | undefined

  /** `closedKept` of those that have ended are remembered. */
  constructor(registry: ConnectionRegistry, closedKept: number) {
    this.#registry = registry
    this.#closed = new ClosedConnections(closedKept)
    const windows = this.#windows
    // A closed connection has neither slot nor, if nothing ever came, rates of its own: then all are 0.
    this.#lookup = {
      rate: (connection, field, seconds) =>
        connection instanceof ClosedConnection
          ? (connection.rates?.[`${field}PerSecond${seconds}s`] ?? 0)
          : windows.rate(connection as Connection, field, seconds),
      rates: connection =>
        connection instanceof ClosedConnection
          ? (connection.rates ?? windows.rates(nothing))
          : windows.rates(connection as Connection)
    }
  }

  /** How many live connections there are. */
  get size(): number {
    return this.#registry.size
  }

  /** Keeps the rates from now on. */
  start(): void {
    const tickNow = (): void => this.tick(performance.now())
    this.#timer = setInterval(tickNow, TICK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#closings.stop()
  }

  tick(nowMs: number): void {
    this.#windows.tick(nowMs, this.#registry)
    this.#listings.forgetOld(nowMs)
  }

  list(query: ListingQuery): Steps<Listing> {
    return listConnections(this.#having(query.filter), this.#lookup, query, this.#listings, () => performance.now())
  }

  *count(filter: ConnectionFilter): Steps<number> {
    const matcher = new ConnectionMatcher(filter, performance.now())
    let count = 0
    for (const connection of inSteps(this.#having(filter))) {
      if (connection === null) yield
      else if (matcher.matches(connection)) count++
    }
    return count
  }

  /** Live, or one of the last that closed. */
  find(id: string): ConnectionInfo | null {
    const connection = this.#registry.find(id) ?? this.#closed.find(id)
    return connection === undefined ? null : connectionInfo(connection, this.#lookup, performance.now())
  }

  /** False when there is no such connection. */
  close(id: string, mode: CloseMode): boolean {
    const connection = this.#registry.find(id)
    connection?.close(mode)
    return connection !== undefined
  }

  /** Begins to close those that match now, and says how many; null when too many such commands are under way already. */
  *closeMatching({ filter, mode, ratePerSecond }: BulkClose): Steps<number | null> {
    if (this.#closings.areTooMany) return null
    const matcher = new ConnectionMatcher(filter, performance.now())
    const matching: Connection[] = []
    for (const connection of inSteps(this.#registry)) {
      if (connection === null) yield
      else if (matcher.matches(connection)) matching.push(connection)
    }
    this.#closings.begin(matching, mode, ratePerSecond)
    return matching.length
  }

  /** A connection of the registry has ended. */
  remember(connection: Connection, reason: CloseReason): void {
    const rates = connection.rateSlot === NO_SLOT ? null : this.#windows.rates(connection)
    this.#closed.add(new ClosedConnection(connection, reason, performance.now(), rates))
    this.#windows.release(connection)
  }

  #having({ state }: ConnectionFilter): Iterable<ListedConnection> {
    return state === 'closed' ? this.#closed : this.#registry
  }
}

/** A connection on which nothing came or went. */
const nothing = {
  openedAtMs: 0,
  rateSlot: NO_SLOT,
  traffic: { framesReceived: 0, framesSent: 0, bytesReceived: 0, bytesSent: 0 }
}
