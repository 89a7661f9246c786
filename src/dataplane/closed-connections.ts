import type { ConnectionRates } from '../contract/connection-rates.ts'
import type { CloseReason } from '../contract/reasons.ts'
import type { Traffic } from '../contract/snapshot.ts'
import type { ListedConnection } from './listed-connection.ts'
import type { StallClock } from './stall-clock.ts'

/** What is kept of a connection that has ended: what it was when it did, and nothing of its socket or memory. */
export class ClosedConnection implements ListedConnection {
  readonly state = 'closed'
  readonly pendingBytes = 0
  readonly id: string
  readonly sequence: number
  readonly worker: number
  readonly address: string
  readonly port: number
  readonly reason: CloseReason
  readonly openedAtMs: number
  readonly closedAtMs: number
  readonly lastReadMs: number
  readonly traffic: Readonly<Traffic>
  readonly stalls: StallClock
  readonly rates: ConnectionRates | null

  constructor(connection: ListedConnection, reason: CloseReason, closedAtMs: number, rates: ConnectionRates | null) {
    this.id = connection.id
    this.sequence = connection.sequence
    this.worker = connection.worker
    this.address = connection.address
    this.port = connection.port
    this.reason = reason
    this.openedAtMs = connection.openedAtMs
    this.closedAtMs = closedAtMs
    this.lastReadMs = connection.lastReadMs
    this.traffic = connection.traffic
    this.stalls = connection.stalls
    this.rates = rates
  }
}

/** The last connections that ended, a fixed number of them: the next one takes the place of the oldest. */
export class ClosedConnections implements Iterable<ClosedConnection> {
  readonly #capacity: number
  readonly #ring: ClosedConnection[] = []
  #next = 0

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get size(): number {
    return this.#ring.length
  }

  add(connection: ClosedConnection): void {
    if (this.#capacity === 0) return
    this.#ring[this.#next] = connection
    this.#next = (this.#next + 1) % this.#capacity
  }

  find(id: string): ClosedConnection | undefined {
    return this.#ring.find(connection => connection.id === id)
  }

  [Symbol.iterator](): IterableIterator<ClosedConnection> {
    return this.#ring.values()
  }
}
