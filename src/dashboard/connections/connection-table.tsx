import { useSignal } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import type { ConnectionInfo, ConnectionSortKey } from '../../contract/snapshot.ts'
import { bytes, clockOf, count, duration, short } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import type { Sorting } from './filter.ts'

interface Column {
  readonly key: ConnectionSortKey
  readonly title: string
  readonly isText?: boolean
  value(connection: ConnectionInfo): string
}

const common: readonly Column[] = [
  { key: 'id', title: 'Id', isText: true, value: ({ id }) => id },
  { key: 'address', title: 'Peer', isText: true, value: ({ peer }) => `${peer.address}:${peer.port}` },
  { key: 'state', title: 'State', isText: true, value: ({ state }) => state },
  { key: 'ageSeconds', title: 'Age', value: ({ ageSeconds }) => duration(ageSeconds) },
  { key: 'idleSeconds', title: 'Idle', value: ({ idleSeconds }) => duration(idleSeconds) }
]

const rates: readonly Column[] = [
  {
    key: 'framesReceivedPerSecond1s',
    title: 'Frames/s',
    value: ({ rates: of }) => short(of.framesReceivedPerSecond1s)
  },
  {
    key: 'framesReceivedPerSecond10s',
    title: 'over 10 s',
    value: ({ rates: of }) => short(of.framesReceivedPerSecond10s)
  },
  {
    key: 'framesReceivedPerSecond60s',
    title: 'over 60 s',
    value: ({ rates: of }) => short(of.framesReceivedPerSecond60s)
  },
  { key: 'bytesReceivedPerSecond1s', title: 'In/s', value: ({ rates: of }) => bytes(of.bytesReceivedPerSecond1s) },
  { key: 'bytesSentPerSecond1s', title: 'Out/s', value: ({ rates: of }) => bytes(of.bytesSentPerSecond1s) }
]

const totals: readonly Column[] = [
  { key: 'framesReceived', title: 'Frames', value: ({ framesReceived }) => count(framesReceived) },
  { key: 'reads', title: 'Reads', value: ({ reads }) => count(reads) },
  { key: 'writes', title: 'Writes', value: ({ writes }) => count(writes) },
  { key: 'stalls', title: 'Stalls', value: ({ stalls }) => count(stalls) },
  { key: 'pendingBytes', title: 'Pending', value: ({ pendingBytes }) => bytes(pendingBytes) }
]

const closing: readonly Column[] = [
  { key: 'reason', title: 'Reason', isText: true, value: ({ reason }) => (reason ?? '–').replaceAll('_', ' ') },
  { key: 'closedAt', title: 'Closed', value: ({ closedAt }) => (closedAt === null ? '–' : clockOf(closedAt)) }
]

/** A pointer that rests longer than this points at nothing any more. */
const HELD_MS = 4000

export interface ConnectionTableProps {
  readonly items: readonly ConnectionInfo[]
  readonly isClosed: boolean
  readonly sorting: Sorting
  onSort(sorting: Sorting): void
  /** Rows that move under the pointer would have the wrong one closed. */
  onHold(isHeld: boolean): void
}

/** Rates for those that live; when and why for those that have ended. */
export function ConnectionTable({ items, isClosed, sorting, onSort, onHold }: ConnectionTableProps) {
  const columns = isClosed ? [...common, ...closing, ...totals] : [...common, ...rates, ...totals]
  const told = useSignal<ReadonlySet<string>>(new Set())
  const holding = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const release = (): void => {
    clearTimeout(holding.current)
    onHold(false)
  }
  const hold = (): void => {
    clearTimeout(holding.current)
    holding.current = setTimeout(release, HELD_MS)
    onHold(true)
  }
  useEffect(() => release, [])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
    <section class="scroll" aria-label="Connections, scrolls sideways" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map(column => (
              <Heading key={column.key} column={column} sorting={sorting} onSort={onSort} />
            ))}
            {!isClosed && (
              <th scope="col">
                <span class="visually-hidden">Close</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody onMouseMove={hold} onMouseLeave={release} onFocusIn={hold} onKeyDown={hold} onFocusOut={release}>
          {/* A row is a place in the order: what moves when it is renewed is text, not the table. */}
          {items.map((connection, place) => (
            <tr key={place}>
              {columns.map(({ key, isText, value }) => (
                <td key={key} class={isText ? 'text' : ''}>
                  {value(connection)}
                </td>
              ))}
              {!isClosed && (
                <td>
                  <Action
                    request={{ method: 'DELETE', path: `/api/v1/connections/${connection.id}` }}
                    name={`close connection ${connection.id}`}
                    disabled={told.value.has(connection.id)}
                    done={`Closing ${connection.id}.`}
                    onDone={() => {
                      told.value = new Set([...told.value, connection.id])
                    }}
                  >
                    {told.value.has(connection.id) ? 'Closing…' : 'Close'}
                  </Action>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Heading({
  column,
  sorting,
  onSort
}: { readonly column: Column } & Pick<ConnectionTableProps, 'sorting' | 'onSort'>) {
  const { key, title, isText = false } = column
  const isSorted = sorting.sort === key
  const sorted = isSorted ? (sorting.order === 'asc' ? 'ascending' : 'descending') : 'none'
  // Text begins with A, figures with the largest; a second click turns it round.
  const first = isText ? 'asc' : 'desc'
  const next = isSorted && sorting.order === first ? (first === 'asc' ? 'desc' : 'asc') : first
  return (
    <th scope="col" class={isText ? 'text' : ''} aria-sort={sorted}>
      <button type="button" class="sort" onClick={() => onSort({ sort: key, order: next })}>
        {title}
        {isSorted && <span aria-hidden="true"> {sorting.order === 'asc' ? '↑' : '↓'}</span>}
      </button>
    </th>
  )
}
