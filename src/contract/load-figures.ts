/** What a load run says of itself: while it runs, and at its end. */

/** What can go wrong, as counted. `refused` counts Submits, the others connections. */
export const loadErrorKinds = [
  /** What came is not an ack. The connection is closed. */
  'malformed',
  /**
   * An ack with an id other than the next one of its connection, or with nothing outstanding. The connection is closed.
   */
  'wrong_id',
  /** An ack whose result is not ok. */
  'refused',
  /** The server closed or reset a connection before its time. */
  'closed',
  /** A connection could not be opened. */
  'connect'
] as const
export type LoadErrorKind = (typeof loadErrorKinds)[number]

export interface LatencyFigures {
  readonly p50Us: number
  readonly p90Us: number
  readonly p99Us: number
  readonly p999Us: number
  readonly maxUs: number
}

/** What only an open loop has. */
export interface OpenLoopFigures {
  /** Submits that were due and never sent, because the server did not answer those before them: offered - sent. */
  readonly unsent: number
  /** How late the generator itself sent what nothing held back, by the 99th percentile. */
  readonly sendDelayP99Us: number
}

/** The figures of a run, or of a stretch of one. `LoadRun` says which Submits each of them counts. */
export interface LoadFigures {
  readonly seconds: number
  readonly offered: number
  readonly sent: number
  readonly acked: number
  readonly lost: number
  /** Only kinds that occurred. */
  readonly errors: Readonly<Partial<Record<LoadErrorKind, number>>>
  readonly ackedPerSecond: number
  readonly latency: LatencyFigures
  readonly generator: {
    /** The load generator, not the server, was the bottleneck: the server may be able to do more. */
    readonly limited: boolean
    readonly why: string | null
  }
  readonly openLoop?: OpenLoopFigures | undefined
}

export const loadPhases = ['ramp', 'warm_up', 'measuring'] as const
export type LoadPhase = (typeof loadPhases)[number]

/** How a run is getting on. */
export interface LoadProgress {
  readonly phase: LoadPhase
  /** Since sending began, ramp and warm-up included. */
  readonly elapsedMs: number
  /** Ramp, warm-up and measured window; null when the run goes on until it is stopped. */
  readonly totalMs: number | null
  readonly connections: { readonly open: number; readonly asked: number }
  /** Since the report before. */
  readonly lastSecond: LoadFigures
}
