import type { LoadFigures } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import type { LoadProgress } from './load-progress.ts'

/** What a load process is told. Marks are answered in order. */
export type LoadCommand =
  | { readonly type: 'start'; readonly definition: LoadDefinition }
  | { readonly type: 'mark' }
  | { readonly type: 'stop' }

/** What it says. After `finished` it ends. */
export type LoadEvent =
  | { readonly type: 'started' }
  /** It could not connect; `finished` follows. */
  | { readonly type: 'not_started'; readonly reason: string }
  | { readonly type: 'progress'; readonly progress: LoadProgress }
  | { readonly type: 'marked'; readonly figures: LoadFigures }
  | { readonly type: 'finished'; readonly figures: LoadFigures; readonly firstFault: string | null }
