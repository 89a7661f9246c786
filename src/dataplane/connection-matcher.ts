import { AddressBlock } from '../contract/address-block.ts'
import type { CloseReason } from '../contract/reasons.ts'
import type { ConnectionFilter, StateFilter } from '../contract/snapshot.ts'
import { ageSeconds, idleSeconds, type ListedConnection } from './listed-connection.ts'

/** A filter, made ready to be asked of every connection of a worker. */
export class ConnectionMatcher {
  readonly #state: StateFilter
  readonly #worker: number | undefined
  readonly #reason: CloseReason | undefined
  readonly #minPendingBytes: number
  readonly #minIdleSeconds: number
  readonly #minAgeSeconds: number
  readonly #block: AddressBlock | null
  readonly #nowMs: number

  constructor(filter: ConnectionFilter, nowMs: number) {
    this.#state = filter.state ?? 'live'
    this.#worker = filter.worker
    this.#reason = filter.reason
    this.#minPendingBytes = filter.minPendingBytes ?? 0
    this.#minIdleSeconds = filter.minIdleSeconds ?? 0
    this.#minAgeSeconds = filter.minAgeSeconds ?? 0
    this.#block = filter.address === undefined ? null : AddressBlock.parse(filter.address)
    this.#nowMs = nowMs
  }

  /** The address comes last: it alone is more than a comparison. */
  matches(connection: ListedConnection): boolean {
    const { state } = connection
    if (this.#state === 'live' ? state === 'closed' : state !== this.#state) return false
    if (this.#worker !== undefined && connection.worker !== this.#worker) return false
    if (this.#reason !== undefined && connection.reason !== this.#reason) return false
    if (this.#minPendingBytes > 0 && connection.pendingBytes < this.#minPendingBytes) return false
    if (this.#minIdleSeconds > 0 && idleSeconds(connection, this.#nowMs) < this.#minIdleSeconds) return false
    if (this.#minAgeSeconds > 0 && ageSeconds(connection, this.#nowMs) < this.#minAgeSeconds) return false
    return this.#block === null || this.#block.has(connection.address)
  }
}
