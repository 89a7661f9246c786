import { type ExperimentComparison, experimentMetrics, type MetricVerdict } from '../../contract/experiment.ts'
import { short } from '../live/units.ts'

export interface StatisticsProps {
  readonly comparisons: readonly ExperimentComparison[]
  /** Of all arms. */
  readonly names: readonly string[]
}

const headings = ['before', 'after', 'pairs', 'p', 'p (Holm)', 'Cliff’s δ', 'could find', 'spread']

/** For those who want to know how it was concluded. */
export function Statistics({ comparisons, names }: StatisticsProps) {
  if (comparisons.length === 0) return null
  return (
    <details>
      <summary>Statistics</summary>
      <p class="hint">
        Hodges–Lehmann on log ratios of paired blocks, exact signed-rank test, corrected over all figures. “Could find”
        is the smallest change that such a run finds in four of five cases.
      </p>
      {comparisons.map(({ before, after, verdicts }) => (
        <Table key={after} title={`${names[before]} → ${names[after]}`} verdicts={verdicts} />
      ))}
    </details>
  )
}

function Table({ title, verdicts }: { readonly title: string; readonly verdicts: ExperimentComparison['verdicts'] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
    <section class="scroll" aria-label={`Statistics of ${title}, scrolls sideways`} tabIndex={0}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            <th scope="col">Figure</th>
            {headings.map(heading => (
              <th key={heading} scope="col">
                {heading}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {experimentMetrics.map(({ name, title: metric, unit }) => {
            const verdict = verdicts[name]
            return verdict === undefined ? null : <Row key={name} title={metric} unit={unit} verdict={verdict} />
          })}
        </tbody>
      </table>
    </section>
  )
}

interface RowProps {
  readonly title: string
  readonly unit: string
  readonly verdict: MetricVerdict
}

function Row({ title, unit, verdict }: RowProps) {
  return (
    <tr>
      <th scope="row">
        {title} <small>{unit}</small>
      </th>
      <td>{short(verdict.before)}</td>
      <td>{short(verdict.after)}</td>
      <td>{verdict.pairs}</td>
      <td>{short(verdict.p)}</td>
      <td>{short(verdict.pHolm)}</td>
      <td>{short(verdict.cliffsDelta)}</td>
      <td>{verdict.detectablePercent === null ? '–' : `${short(verdict.detectablePercent)} %`}</td>
      <td>{verdict.spread.verdict}</td>
    </tr>
  )
}
