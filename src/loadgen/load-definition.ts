import type { Arrival, Bounds } from '../contract/load-bounds.ts'
import type { WireDialect } from '../protocol/wire.ts'

/** What a load run does. */
export interface LoadDefinition {
  readonly host: string
  readonly port: number
  readonly connections: number
  /**
   * Submits that each connection keeps outstanding. An open loop has no more than that outstanding: what is due beyond
   * it waits.
   */
  readonly inFlight: number
  /** Every payload as long as this, or each anywhere between two bounds, all lengths alike. */
  readonly payloadBytes: number | Bounds
  /** How long is measured, after the warm-up; null is until it is stopped. */
  readonly durationMs: number | null
  /** Load that comes before what is measured. */
  readonly warmUpMs: number
  readonly dialect: WireDialect
  /** Absent is plain TCP. */
  readonly tls?: LoadTls
  /** Before the warm-up, the rate rises to its height in this time; in a closed loop, the connections are opened in it. */
  readonly rampMs?: number
  /** Submits a second over all connections, whatever the server does (open loop); absent is a closed loop. */
  readonly rate?: number
  readonly arrival?: Arrival
  /** Of everything random: the same seed gives the same arrivals and the same lengths. */
  readonly seed?: number
  /** One of several processes has a share of a run: its connections' numbers begin with this one. */
  readonly firstConnection?: number
  /** Of constant arrivals, in parts of their spacing, so that those of several processes do not coincide. */
  readonly phase?: number
  /** At the end, outstanding acks are waited for no longer than this. */
  readonly waitMs?: number
}

/** How a TLS server is met. Texts of PEM files. */
export interface LoadTls {
  /** Whom to trust; null is whom Node trusts. */
  readonly ca: string | null
  /** To show, where the server asks for one. */
  readonly cert: string | null
  readonly key: string | null
  /** false takes any certificate: it may be anybody's. */
  readonly verify: boolean
}
