import { type Signal, useSignal } from '@preact/signals'
import { count } from '../live/units.ts'
import { Empty, Panel } from '../parts/panel.tsx'
import { BulkClose } from './bulk-close.tsx'
import { type ConnectionPage, PAGE_ROWS, useConnectionPage } from './connection-page.ts'
import { ConnectionTable } from './connection-table.tsx'
import { type FilterText, noFilter, type Sorting } from './filter.ts'
import { FilterForm } from './filter-form.tsx'

/** Every connection, a page at a time: filtered and sorted by the server, which may have a hundred thousand. */
export function Connections() {
  const filter = useSignal<FilterText>(noFilter)
  const sorting = useSignal<Sorting>({ sort: 'framesReceivedPerSecond1s', order: 'desc' })
  /** Cursors of the pages up to this one. */
  const cursors = useSignal<readonly string[]>([])
  const { page, problem } = useConnectionPage(filter.value, sorting.value, cursors.value.at(-1))
  const shown = page.value
  return (
    <div class="stack">
      <FilterForm
        filter={filter.value}
        onChange={given => {
          filter.value = given
          cursors.value = []
        }}
      />
      <Panel
        title={shown === null ? 'Connections' : `${count(shown.total)} connections`}
        aside={<BulkClose filter={filter.value} />}
      >
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
          <p class="loading">Asking the workers…</p>
        ) : shown.items.length === 0 ? (
          <Empty>No connection matches. Start a load, or ask for less.</Empty>
        ) : (
          <ConnectionTable
            items={shown.items}
            isClosed={filter.value.state === 'closed'}
            sorting={sorting.value}
            onSort={next => {
              sorting.value = next
              cursors.value = []
            }}
          />
        )}
        <Pager cursors={cursors} page={shown} />
      </Panel>
    </div>
  )
}

function Pager({
  cursors,
  page
}: {
  readonly cursors: Signal<readonly string[]>
  readonly page: ConnectionPage | null
}) {
  const isFirst = cursors.value.length === 0
  const from = cursors.value.length * PAGE_ROWS
  const next = page?.nextCursor ?? null
  return (
    <nav class="row" aria-label="Pages of the table">
      <button
        type="button"
        disabled={isFirst}
        onClick={() => {
          cursors.value = []
        }}
      >
        First page
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
          {isFirst ? ', renewed every two seconds' : ', as they were when this page was opened'}
        </span>
      )}
    </nav>
  )
}
