import { proposeExperiment } from '../experiments/proposal.ts'
import { changes, instant, timeline } from '../live/lab.ts'
import { change as changeInWords, clockOf, short } from '../live/units.ts'
import { Empty, Panel } from '../parts/panel.tsx'
import { type ImpressionRow, impressionOf } from './impression-figures.ts'

/** Before → after of the last change: what one sees at a glance, and no proof. */
export function ImpressionPanel() {
  instant.value
  const effective = changes.value.filter(({ entry }) => entry.changes.length > 0)
  const [last] = effective
  if (last === undefined) {
    return (
      <Panel title="Before → after" class="impression">
        <Empty>Flip a switch while traffic flows, and what it changed is shown here.</Empty>
      </Panel>
    )
  }
  const impression = impressionOf(timeline, last, effective)
  const what = last.entry.changes.map(({ name, after }) => `${name} ${after ? 'on' : 'off'}`).join(', ')
  return (
    <Panel title="Before → after" class="impression" aside={<small>{clockOf(last.entry.at)}</small>}>
      <p>
        <b>{what}</b>
      </p>
      {impression.rows.length > 0 ? (
        <Rows rows={impression.rows} />
      ) : (
        <Empty>
          {impression.settlingSeconds > 0
            ? `Settling: figures are averages over 5 s. ${Math.ceil(impression.settlingSeconds)} s more.`
            : impression.beforeSeconds === 0
              ? 'Another change came right before it, so there is nothing to compare it with.'
              : 'No traffic before or after it, so there is nothing to compare.'}
        </Empty>
      )}
      <p class="hint">
        An impression, not a proof: the last {impression.beforeSeconds} s before it against {impression.afterSeconds} s
        after it, once each. Chance, heat and other programs are in it too.
      </p>
      <button type="button" class="main" onClick={() => proposeExperiment(last.entry.changes)}>
        Test it properly
      </button>
    </Panel>
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
        {rows.map(({ title, unit, better, before, after }) => {
          const isSmall = Math.abs(after - before) < 0.03 * Math.abs(before)
          const isBetter = better === 'lower' ? after < before : after > before
          return (
            <tr key={title}>
              <th scope="row">
                {title} <small>{unit}</small>
              </th>
              <td>{short(before)}</td>
              <td>{short(after)}</td>
              <td class={isSmall ? '' : isBetter ? 'better' : 'worse'}>{changeInWords(before, after)}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
