/** What may be asked of a load run, whoever asks. */

export interface Bounds {
  readonly min: number
  readonly max: number
}

export const arrivals = ['constant', 'poisson'] as const
/** Constant: evenly spaced. Poisson: as from many independent users, by chance together or far apart. */
export type Arrival = (typeof arrivals)[number]

const DAY_MS = 86_400_000

export const loadBounds = {
  port: { min: 1, max: 65_535 },
  connections: { min: 1, max: 100_000 },
  inFlight: { min: 1, max: 1_000_000 },
  payloadBytes: { min: 0, max: 16 * 1024 * 1024 },
  durationMs: { min: 1, max: DAY_MS },
  warmUpMs: { min: 0, max: DAY_MS },
  rampMs: { min: 0, max: DAY_MS },
  /** Submits a second over all connections. */
  rate: { min: 1, max: 100_000_000 },
  seed: { min: 0, max: 4_294_967_295 },
  processes: { min: 1, max: 64 }
} as const satisfies Record<string, Bounds>

export const loadDefaults = {
  connections: 50,
  inFlight: 100,
  payloadBytes: 20,
  durationMs: 10_000,
  warmUpMs: 1000,
  rampMs: 0,
  arrival: 'constant',
  processes: 1
} as const
