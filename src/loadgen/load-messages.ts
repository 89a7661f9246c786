import type { LoadPhase } from '../contract/load-figures.ts'
import type { HistogramData } from '../telemetry/latency-histogram.ts'
import type { LoadSliceData } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'

/** What a load process is told. Marks are answered in order. */
export type LoadCommand =
  | { readonly type: 'connect'; readonly definition: LoadDefinition }
  | { readonly type: 'begin' }
  | { readonly type: 'mark' }
  | { readonly type: 'stop' }

/** What it says. After `finished` it ends. */
export type LoadEvent =
  | { readonly type: 'connected' }
  /** `finished` follows. */
  | { readonly type: 'not_connected'; readonly reason: string }
  | {
      readonly type: 'progress'
      readonly phase: LoadPhase
      readonly elapsedMs: number
      readonly open: number
      readonly lastSecond: LoadSliceData
    }
  | {
      readonly type: 'interval'
      readonly startMs: number
      readonly lengthMs: number
      readonly latency: HistogramData
    }
  | { readonly type: 'marked'; readonly slice: LoadSliceData }
  | { readonly type: 'finished'; readonly slice: LoadSliceData; readonly firstFault: string | null }
