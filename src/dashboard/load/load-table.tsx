import type { LoadFigures } from '../../contract/load-figures.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { clockOf, count, microseconds, short } from '../live/units.ts'

/** Runs that have ended, newest first. */
export function LoadTable({ runs }: { readonly runs: readonly LoadRunReport[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard
    <section class="scroll" aria-label="Earlier runs, scrolls sideways" tabIndex={0}>
      <table>
        <thead>
          <tr>
            {['Run', 'Kind', 'Acked/s', 'Lost', 'p50', 'p99', 'p99.9', 'How it went'].map((title, index) => (
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
              <td>{microseconds(run.figures?.latency.p50Us)}</td>
              <td>{microseconds(run.figures?.latency.p99Us)}</td>
              <td>{microseconds(run.figures?.latency.p999Us)}</td>
              <td class="text wrap">{outcome(run)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function errorsInWords(errors: LoadFigures['errors']): string {
  return Object.entries(errors)
    .map(([kind, times]) => `${kind.replaceAll('_', ' ')} ${count(times)}`)
    .join(', ')
}

function outcome({ state, problem, figures }: LoadRunReport): string {
  if (problem !== null) return problem
  const errors = errorsInWords(figures?.errors ?? {})
  if (errors !== '') return errors
  if (figures?.generator.limited === true) return `the generator was the limit: ${figures.generator.why}`
  return state === 'cancelled' ? 'stopped' : state
}
