import { type ReadonlySignal, type Signal, useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ConnectionInfo } from '../../contract/snapshot.ts'
import { ApiError, get, type WrongField } from '../live/api.ts'
import { instant, link } from '../live/lab.ts'
import { type FilterText, filterParameters, type Sorting } from './filter.ts'

export interface ConnectionPage {
  readonly total: number
  readonly nextCursor: string | null
  readonly items: readonly ConnectionInfo[]
  readonly unavailableWorkers: readonly number[]
}

export const PAGE_ROWS = 50
/** The first page is renewed so often while it is looked at; a later one stays, or its rows would run away. */
const RENEWED_EVERY_SECONDS = 2

export interface PageQuestion {
  readonly filter: FilterText
  readonly sorting: Sorting
  readonly cursor: string | undefined
  /** As it is, for now: somebody is about to do something to one of its rows. */
  readonly isHeld: boolean
}

export interface AskedPage {
  readonly page: ReadonlySignal<ConnectionPage | null>
  readonly problem: ReadonlySignal<string | null>
  /** What of the filter was refused. */
  readonly wrong: Signal<readonly WrongField[]>
}

/** One page of the listing, asked for anew when the question changes; the first one every few seconds as well. */
export function useConnectionPage({ filter, sorting, cursor, isHeld }: PageQuestion): AskedPage {
  const page = useSignal<ConnectionPage | null>(null)
  const problem = useSignal<string | null>(null)
  const wrong = useSignal<readonly WrongField[]>([])
  const asked = useSignal(0)
  const { sort, order } = sorting
  const turn = useRef(0)
  if (cursor === undefined && !isHeld) turn.current = Math.floor(instant.value / RENEWED_EVERY_SECONDS)
  useEffect(() => {
    const question = ++asked.value
    const parameters = filterParameters(filter)
    parameters.set('sort', sort)
    parameters.set('order', order)
    parameters.set('limit', `${PAGE_ROWS}`)
    if (cursor !== undefined) parameters.set('cursor', cursor)
    get<ConnectionPage>(`/api/v1/connections?${parameters}`).then(
      answer => {
        if (question !== asked.value) return
        page.value = answer
        problem.value = null
        wrong.value = []
      },
      (error: Error) => {
        if (question !== asked.value) return
        wrong.value = error instanceof ApiError ? error.fields : []
        problem.value = wrong.value.length > 0 ? null : error.message
        // What does not answer this question says nothing of it.
        if (wrong.value.length > 0) page.value = null
      }
    )
  }, [filter, sort, order, cursor, turn.current, link.value.state])
  return { page, problem, wrong }
}
