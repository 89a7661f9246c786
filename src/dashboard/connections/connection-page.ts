import { type ReadonlySignal, useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ConnectionInfo } from '../../contract/snapshot.ts'
import { get } from '../live/api.ts'
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

export interface AskedPage {
  readonly page: ReadonlySignal<ConnectionPage | null>
  readonly problem: ReadonlySignal<string | null>
}

/** One page of the listing, asked for anew when the question changes; the first one every few seconds as well. */
export function useConnectionPage(filter: FilterText, { sort, order }: Sorting, cursor: string | undefined): AskedPage {
  const page = useSignal<ConnectionPage | null>(null)
  const problem = useSignal<string | null>(null)
  const asked = useSignal(0)
  const turn = cursor === undefined ? Math.floor(instant.value / RENEWED_EVERY_SECONDS) : 0
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
      },
      (error: Error) => {
        if (question === asked.value) problem.value = error.message
      }
    )
  }, [filter, sort, order, cursor, turn, link.value.state])
  return { page, problem }
}
