import { type Signal, useSignal } from '@preact/signals'
import { count } from '../live/units.ts'
import { Empty, Panel } from '../parts/panel.tsx'
import { RefusalsOfForm } from '../parts/refusals.ts'
import { BulkClose } from './bulk-close.tsx'
import { type AskedPage, type ConnectionPage, PAGE_ROWS, useConnectionPage } from './connection-page.ts'
import { ConnectionTable } from './connection-table.tsx'
import { type FilterText, noFilter, type Sorting, usualSorting } from './filter.ts'
import { FilterForm } from './filter-form.tsx'

/** Every connection, a page at a time: filtered and sorted by the server, which may have a hundred thousand. */
export function Connections() {
  const filter = useSignal<FilterText>(noFilter)
  const sorting = useSignal<Sorting>(usualSorting(false))
  /** Cursors of the pages up to this one. */
  const cursors = useSignal<readonly string[]>([])
  const isHeld = useSignal(false)
  const asked = useConnectionPage({
    filter: filter.value,
    sorting: sorting.value,
    cursor: cursors.value.at(-1),
    isHeld: isHeld.value
  })
  const { page, wrong } = asked
  const isClosed = filter.value.state === 'closed'
  return (
    <div class="stack">
      <RefusalsOfForm.Provider value={wrong}>
        <FilterForm
          filter={filter.value}
          onChange={given => {
            if ((given.state === 'closed') !== isClosed) sorting.value = usualSorting(given.state === 'closed')
            filter.value = given
            cursors.value = []
          }}
        />
      </RefusalsOfForm.Provider>
      <Panel
        title={page.value === null ? 'Connections' : `${count(page.value.total)} connections`}
        aside={!isClosed && <BulkClose filter={filter.value} isNone={(page.value?.total ?? 0) === 0} />}
      >
        <Body
          asked={asked}
          isClosed={isClosed}
          sorting={sorting.value}
          onSort={next => {
            sorting.value = next
            cursors.value = []
          }}
          onHold={held => {
            isHeld.value = held
          }}
        />
        <Pager cursors={cursors} page={page.value} isHeld={isHeld.value} />
      </Panel>
    </div>
  )
}

interface BodyProps {
  readonly asked: AskedPage
  readonly isClosed: boolean
  readonly sorting: Sorting
  onSort(sorting: Sorting): void
  onHold(isHeld: boolean): void
}

function Body({ asked: { page, problem, wrong }, isClosed, ...rest }: BodyProps) {
  const shown = page.value
  if (wrong.value.length > 0) return <Empty>What is asked for above is not understood.</Empty>
  return (
    <>
      {problem.value !== null && (
        <p class="error" role="alert">
          {problem.value}
        </p>
      )}
      {shown !== null && shown.unavailableWorkers.length > 0 && (
        <p class="warning">
          Worker {shown.unavailableWorkers.join(', ')} did not answer in time: its connections are missing here.
        </p>
      )}
      {shown === null ? (
        <p class="loading">{problem.value === null && 'Asking the workers…'}</p>
      ) : shown.items.length === 0 ? (
        <Empty>{isClosed ? 'None has ended yet.' : 'No connection matches. Start a load, or ask for less.'}</Empty>
      ) : (
        <ConnectionTable items={shown.items} isClosed={isClosed} {...rest} />
      )}
    </>
  )
}

interface PagerProps {
  readonly cursors: Signal<readonly string[]>
  readonly page: ConnectionPage | null
  readonly isHeld: boolean
}

function Pager({ cursors, page, isHeld }: PagerProps) {
  const isFirst = cursors.value.length === 0
  const from = cursors.value.length * PAGE_ROWS
  const next = page?.nextCursor ?? null
  if (isFirst && (page === null || page.items.length === 0)) return null
  return (
    <nav class="row" aria-label="Pages of the table">
      <button
        type="button"
        disabled={isFirst}
        onClick={() => {
          cursors.value = cursors.value.slice(0, -1)
        }}
      >
        Previous page
      </button>
      <button
        type="button"
        disabled={next === null}
        onClick={() => {
          if (next !== null) cursors.value = [...cursors.value, next]
        }}
      >
        Next page
      </button>
      {page !== null && page.items.length > 0 && (
        <span class="hint">
          {count(from + 1)}–{count(from + page.items.length)} of {count(page.total)}
          {!isFirst
            ? ', as they were when this page was opened'
            : isHeld
              ? ', held still while you point at them'
              : ', renewed every two seconds'}
        </span>
      )}
    </nav>
  )
}
