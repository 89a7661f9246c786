import type { AuditEntry } from '../../contract/audit.ts'
import type { ExperimentReport } from '../../contract/experiment.ts'
import { bodyOf, draftOf } from '../experiments/draft.ts'
import { drivenLoadDefaults } from '../experiments/load-fields.tsx'
import { armsOfChanges, proposeExperiment } from '../experiments/proposal.ts'
import { changes, instant, runningLoad, snapshot, timeline } from '../live/lab.ts'
import { changeInWords } from '../live/markers.ts'
import { change as changeOf, clockOf } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'
import { Panel } from '../parts/panel.tsx'
import { type Impression, type ImpressionRow, impressionOf } from './impression-figures.ts'

/** Before → after of the last change: what one sees at a glance, and no proof. */
export function ImpressionPanel() {
  instant.value
  const last = changes.value[0] ?? null
  const impression = impressionOf(timeline, last, changes.value)
  return (
    <Panel title="Before → after" class="impression" aside={last !== null && <small>{clockOf(last.at)}</small>}>
      <p>
        {last === null ? (
          'Flip a switch while traffic flows, and what it changed is shown here.'
        ) : (
          <b>{last.changes.map(changeInWords).join(', ')}</b>
        )}
      </p>
      <Rows rows={impression.rows} />
      <p class="hint">{last === null ? 'Ten seconds on both sides of the change.' : reservation(impression)}</p>
      {last !== null && <TestProperly last={last} />}
    </Panel>
  )
}

function reservation({ rows, settlingSeconds, beforeSeconds, afterSeconds }: Impression): string {
  if (settlingSeconds > 0) return `Settling: figures are averages over 5 s. ${Math.ceil(settlingSeconds)} s more.`
  if (beforeSeconds === 0) return 'Another change came right before it, so there is nothing to compare it with.'
  if (rows.every(({ before, after }) => before === null || after === null))
    return 'Its time has left the charts, so there is nothing to compare.'
  return `An impression, not a proof: the last ${beforeSeconds} s before it against ${afterSeconds} s after it, once each. Chance, heat and other programs are in it too.`
}

/** The same change again and again, under the traffic there is or load of its own, with an interval as its answer. */
export function TestProperly({ last }: { readonly last: AuditEntry }) {
  const isIdle = runningLoad.value === null && (snapshot.value?.rates.framesReceivedPerSecond ?? 0) === 0
  const draft = { ...draftOf(armsOfChanges(last.changes)), load: isIdle ? drivenLoadDefaults : null }
  return (
    <p class="row">
      <Action<ExperimentReport>
        request={{ method: 'POST', path: '/api/v1/experiments', body: bodyOf(draft) }}
        kind="main"
        name="Test it properly"
        onDone={({ id }) => {
          location.hash = addressOf('experiments', { id })
        }}
      >
        Test it properly
      </Action>
      <button
        type="button"
        onClick={() => {
          proposeExperiment(last.changes)
          location.hash = addressOf('experiments')
        }}
      >
        Set it up first
      </button>
    </p>
  )
}

function Rows({ rows }: { readonly rows: readonly ImpressionRow[] }) {
  return (
    <table class="figures">
      <thead>
        <tr>
          <th scope="col">Figure</th>
          <th scope="col">before</th>
          <th scope="col">after</th>
          <th scope="col">change</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(row => (
          <tr key={row.title}>
            <th scope="row">
              {row.title} <small>{row.unit}</small>
            </th>
            <td>{row.write(row.before)}</td>
            <td>{row.write(row.after)}</td>
            <Change row={row} />
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function Change({ row: { before, after, better } }: { readonly row: ImpressionRow }) {
  if (before === null || after === null) return <td>–</td>
  const isSmall = Math.abs(after - before) < 0.03 * Math.abs(before)
  const isBetter = better === 'lower' ? after < before : after > before
  return <td class={isSmall ? '' : isBetter ? 'better' : 'worse'}>{changeOf(before, after)}</td>
}
