import { useSignal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import type { ExperimentReport } from '../../contract/experiment.ts'
import { get } from '../live/api.ts'
import { experiments, instant, isGoingOn, link } from '../live/lab.ts'
import { clockOf } from '../live/units.ts'
import { addressOf, parameter } from '../parts/address.ts'
import { Empty, Panel } from '../parts/panel.tsx'
import { ExperimentForm } from './experiment-form.tsx'
import { ExperimentView, titleOf } from './experiment-view.tsx'

const path = '/api/v1/experiments'
/** One under way is asked so often how it goes. */
const ASKED_EVERY_SECONDS = 2

/** As they are listed: without their blocks. */
type Listed = Omit<ExperimentReport, 'blocks'>

/** Experiments: the form, the one looked at, and those before. */
export function Experiments() {
  const all = useSignal<readonly Listed[] | null>(null)
  const shown = useSignal<ExperimentReport | null>(null)
  const problem = useSignal<string | null>(null)
  const running = all.value?.find(isGoingOn)
  const id = parameter('id') ?? running?.id ?? all.value?.[0]?.id
  const turn = running === undefined ? -1 : Math.floor(instant.value / ASKED_EVERY_SECONDS)
  const say = (error: Error): void => {
    problem.value = error.message
  }
  const refresh = (): void => {
    get<{ items: readonly Listed[] }>(path).then(({ items }) => {
      all.value = items
    }, say)
  }

  // An event tells that something has changed; the list says what.
  useEffect(refresh, [link.value.state, experiments.value])
  useEffect(() => {
    if (id === undefined) shown.value = null
    else
      get<ExperimentReport>(`${path}/${id}`).then(report => {
        shown.value = report
        problem.value = null
      }, say)
  }, [id, turn])

  const isAsking = problem.value === null && (all.value === null || (id !== undefined && shown.value === null))
  if (isAsking) return <p class="loading">Asking the server…</p>
  const open = (chosen: string): void => {
    location.hash = addressOf('experiments', { id: chosen })
    scrollTo({ top: 0 })
  }
  return (
    <div class="stack">
      {problem.value !== null && (
        <p class="error" role="alert">
          {problem.value}
        </p>
      )}
      {shown.value !== null && (
        <ExperimentView
          report={shown.value}
          onGone={() => {
            location.hash = addressOf('experiments')
            refresh()
          }}
        />
      )}
      <ExperimentForm
        past={all.value ?? []}
        busyWith={running === undefined ? null : 'One at a time: this one can begin when the one under way has ended.'}
        onStarted={begun => {
          open(begun.id)
          refresh()
        }}
      />
      <History all={all.value ?? []} id={id} onPick={open} />
    </div>
  )
}

interface HistoryProps {
  readonly all: readonly Listed[]
  readonly id: string | undefined
  onPick(id: string): void
}

function History({ all, id, onPick }: HistoryProps) {
  return (
    <Panel title="Experiments so far">
      {all.length === 0 && <Empty>None yet. Each stays here with its verdict, and can be repeated.</Empty>}
      <ul class="history">
        {all.map(report => (
          <li key={report.id}>
            <button
              type="button"
              class={report.id === id ? 'chosen' : ''}
              aria-pressed={report.id === id}
              onClick={() => onPick(report.id)}
            >
              {titleOf(report)}
            </button>
            <small>
              {clockOf(report.createdAt)}, {report.state}
            </small>
            <span>{report.comparisons[0]?.sentence ?? report.sentence}</span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}
