import type { LoadFigures } from './figures.ts'

/** How a run is getting on. */
export interface LoadProgress {
  readonly phase: 'warm_up' | 'measuring'
  /** Since sending began, warm-up included. */
  readonly elapsedMs: number
  /** Warm-up and measured window; null when the run goes on until it is stopped. */
  readonly totalMs: number | null
  readonly connections: { readonly open: number; readonly asked: number }
  /** Since the report before. */
  readonly lastSecond: LoadFigures
}
