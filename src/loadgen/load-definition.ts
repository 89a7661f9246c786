import type { WireDialect } from '../protocol/wire.ts'

/** What a load run does. */
export interface LoadDefinition {
  readonly host: string
  readonly port: number
  readonly connections: number
  /** Submits that each connection keeps outstanding. */
  readonly inFlight: number
  readonly payloadBytes: number
  /** How long is measured, after the warm-up; null is until it is stopped. */
  readonly durationMs: number | null
  /** Load that comes before what is measured. */
  readonly warmUpMs: number
  readonly dialect: WireDialect
}

export interface Bounds {
  readonly min: number
  readonly max: number
}

const DAY_MS = 86_400_000

export const loadBounds = {
  port: { min: 1, max: 65_535 },
  connections: { min: 1, max: 100_000 },
  inFlight: { min: 1, max: 1_000_000 },
  payloadBytes: { min: 0, max: 16 * 1024 * 1024 },
  durationMs: { min: 1, max: DAY_MS },
  warmUpMs: { min: 0, max: DAY_MS }
} as const satisfies Record<string, Bounds>
