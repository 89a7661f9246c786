import type { LoadRunReport } from '../../contract/load-run.ts'
import { clockOf, count, short } from '../live/units.ts'

/** Runs that have ended, newest first. */
export function LoadTable({ runs }: { readonly runs: readonly LoadRunReport[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
    <section class="scroll" aria-label="Earlier runs, scrolls sideways" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {['Run', 'Kind', 'Acked/s', 'Lost', 'p50 µs', 'p99 µs', 'p99.9 µs', 'How it went'].map((title, index) => (
              <th key={title} scope="col" class={index < 2 || index === 7 ? 'text' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {runs.map(run => (
            <tr key={run.id}>
              <th scope="row">
                {clockOf(run.createdAt)} <small>{run.id}</small>
              </th>
              <td class="text">
                {run.request.rate === null ? 'closed' : `open, ${count(run.request.rate)}/s`},{' '}
                {count(run.request.connections)} × {count(run.request.inFlight)}
              </td>
              <td>{short(run.figures?.ackedPerSecond)}</td>
              <td>{count(run.figures?.lost)}</td>
              <td>{short(run.figures?.latency.p50Us)}</td>
              <td>{short(run.figures?.latency.p99Us)}</td>
              <td>{short(run.figures?.latency.p999Us)}</td>
              <td class="text wrap">{outcome(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function outcome({ state, problem, figures }: LoadRunReport): string {
  if (problem !== null) return problem
  if (figures?.generator.limited === true) return `the generator was the limit: ${figures.generator.why}`
  return state === 'cancelled' ? 'stopped' : state
}
