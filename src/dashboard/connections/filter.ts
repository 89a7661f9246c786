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

/** In the words of the form. */
export function filterInWords(filter: FilterText): string {
  const { state, worker, address, reason, minIdleSeconds, minAgeSeconds, minPendingBytes } = filter
  const words: readonly (readonly [string, string])[] = [
    [state, state === 'live' ? 'all that are alive' : `all that are ${state}`],
    [worker, `on worker ${worker}`],
    [address, `from ${address}`],
    [reason, `ending for ${reason.replaceAll('_', ' ')}`],
    [minIdleSeconds, `idle for at least ${minIdleSeconds} s`],
    [minAgeSeconds, `open for at least ${minAgeSeconds} s`],
    [minPendingBytes, `with at least ${minPendingBytes} bytes pending`]
  ]
  return words.flatMap(([given, inWords]) => (given.trim() === '' ? [] : [inWords])).join(', ')
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

/** The busiest of those that live, over seconds enough not to dance; of those that have ended the latest. */
export const usualSorting = (isClosed: boolean): Sorting => ({
  sort: isClosed ? 'closedAt' : 'framesReceivedPerSecond10s',
  order: 'desc'
})
