import type { ConnectionFilter, ConnectionSortKey } from '../../contract/snapshot.ts'

/** The filter as it stands in the form: text, as it was typed. */
export interface FilterText {
  readonly state: string
  readonly worker: string
  readonly address: string
  readonly reason: string
  readonly minIdleSeconds: string
  readonly minAgeSeconds: string
  readonly minPendingBytes: string
}

export const noFilter: FilterText = {
  state: 'live',
  worker: '',
  address: '',
  reason: '',
  minIdleSeconds: '',
  minAgeSeconds: '',
  minPendingBytes: ''
}

const numeric: ReadonlySet<string> = new Set(['worker', 'minIdleSeconds', 'minAgeSeconds', 'minPendingBytes'])

/** As parameters of an address: only what is given. */
export function filterParameters(filter: FilterText): URLSearchParams {
  return new URLSearchParams(
    Object.entries(filter).flatMap(([name, text]) => (text.trim() === '' ? [] : [[name, text.trim()]]))
  )
}

/** As the body of a command. */
export function filterBody(filter: FilterText): ConnectionFilter {
  const given = [...filterParameters(filter)]
  return Object.fromEntries(given.map(([name, text]) => [name, numeric.has(name) ? Number(text) : text]))
}

export interface Sorting {
  readonly sort: ConnectionSortKey
  readonly order: 'asc' | 'desc'
}
