import type { ConnectionRates, RatedField, RateWindowSeconds } from '../contract/connection-rates.ts'
import type { CloseReason } from '../contract/reasons.ts'
import type { ConnectionInfo, ConnectionState, Traffic } from '../contract/snapshot.ts'
import { epochMs, isoTime, seconds } from './listing-times.ts'
import type { StallClock } from './stall-clock.ts'

/** What a listing shows, filters and sorts: a live connection, or the record of a closed one. */
export interface ListedConnection {
  readonly id: string
  readonly sequence: number
  readonly worker: number
  readonly address: string
  readonly port: number
  readonly state: ConnectionState
  readonly reason: CloseReason | null
  readonly openedAtMs: number
  /** null as long as it lives. */
  readonly closedAtMs: number | null
  readonly lastReadMs: number
  readonly traffic: Readonly<Traffic>
  readonly stalls: StallClock
  readonly pendingBytes: number
}

/** Where the rates of a listed connection are looked up. */
export interface RateLookup {
  rate(connection: ListedConnection, field: RatedField, seconds: RateWindowSeconds): number
  rates(connection: ListedConnection): ConnectionRates
}

/** From one of the times that are shown to another, so that they agree. */
const between = (fromMs: number, toMs: number): number => seconds(epochMs(toMs) - epochMs(fromMs))

export const ageSeconds = ({ openedAtMs, closedAtMs }: ListedConnection, nowMs: number): number =>
  between(openedAtMs, closedAtMs ?? nowMs)

export const idleSeconds = ({ lastReadMs, closedAtMs }: ListedConnection, nowMs: number): number =>
  between(lastReadMs, closedAtMs ?? nowMs)

/** One connection as the API shows it. */
export function connectionInfo(connection: ListedConnection, lookup: RateLookup, nowMs: number): ConnectionInfo {
  const { stalls, closedAtMs } = connection
  return {
    id: connection.id,
    worker: connection.worker,
    peer: { address: connection.address, port: connection.port },
    state: connection.state,
    reason: connection.reason,
    openedAt: isoTime(epochMs(connection.openedAtMs)),
    closedAt: closedAtMs === null ? null : isoTime(epochMs(closedAtMs)),
    lastReceivedAt: isoTime(epochMs(connection.lastReadMs)),
    ageSeconds: ageSeconds(connection, nowMs),
    idleSeconds: idleSeconds(connection, nowMs),
    ...connection.traffic,
    rates: lookup.rates(connection),
    stalls: stalls.count,
    stalledSeconds: seconds(stalls.totalMs(nowMs)),
    longestStallSeconds: seconds(stalls.longestMs(nowMs)),
    pendingBytes: connection.pendingBytes
  }
}
