import { experimentMetrics, type MetricVerdict } from '../../contract/experiment.ts'
import { short } from '../live/units.ts'

const headings = ['before', 'after', 'pairs', 'p', 'p (Holm)', 'Cliff’s δ', 'could find', 'spread']

/** For those who want to know how it was concluded. */
export function Statistics({ verdicts }: { readonly verdicts: Readonly<Partial<Record<string, MetricVerdict>>> }) {
  return (
    <details>
      <summary>Statistics</summary>
      <p class="hint">
        Hodges–Lehmann on log ratios of paired blocks, exact signed-rank test, corrected over all figures. “Could find”
        is the smallest change that such a run finds in four of five cases.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard */}
      <section class="scroll" aria-label="Statistics, scrolls sideways" tabIndex={0}>
        <table>
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
            {experimentMetrics.map(({ name, title, unit }) => {
              const verdict = verdicts[name]
              if (verdict === undefined) return null
              return (
                <tr key={name}>
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
            })}
          </tbody>
        </table>
      </section>
    </details>
  )
}
