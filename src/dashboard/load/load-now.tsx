import type { LoadFigures } from '../../contract/load-figures.ts'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { count, duration, microseconds } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { Panel, Progress } from '../parts/panel.tsx'
import { errorsInWords } from './load-table.tsx'

/** The run that is on: how far it is, and what its last second was like. */
export function LoadNow({ run }: { readonly run: LoadRunReport }) {
  const { id, state, progress, lastSecond, request } = run
  const loop = request.rate === null ? 'closed loop' : `open loop, ${count(request.rate)}/s`
  return (
    <Panel
      title={`Load is ${state === 'queued' ? 'starting' : 'running'}`}
      aside={
        <Action request={{ method: 'DELETE', path: `/api/v1/load/${id}` }} kind="danger" name="stop the load">
          Stop
        </Action>
      }
    >
      <p class="hint">
        {loop}, {count(request.connections)} connections with {count(request.inFlight)} in flight each
      </p>
      <Progress
        value={progress === null ? 0 : progress.elapsedSeconds / progress.totalSeconds}
        name="Progress of the load run"
      />
      <p class="hint">
        {progress === null
          ? 'Its processes start and connect.'
          : `${progress.phase.replace('_', ' ')}: ${duration(progress.elapsedSeconds)} of ${duration(progress.totalSeconds)}, ${count(progress.connections.open)} of ${count(progress.connections.asked)} connections open`}
      </p>
      <Second figures={lastSecond} />
    </Panel>
  )
}

function Second({ figures }: { readonly figures: LoadFigures | null }) {
  const rows: readonly (readonly [string, string])[] = [
    ['offered', count(figures?.offered)],
    ['acked', count(figures?.acked)],
    ['lost', count(figures?.lost)],
    ['latency, median', microseconds(figures?.latency.p50Us)],
    ['99th percentile', microseconds(figures?.latency.p99Us)],
    ['99.9th', microseconds(figures?.latency.p999Us)],
    ['slowest', microseconds(figures?.latency.maxUs)]
  ]
  return (
    <>
      <dl class="tiles">
        {rows.map(([title, value]) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <div class="load-warnings">
        {warningsOf(figures).map(warning => (
          <p key={warning} class="warning">
            {warning}
          </p>
        ))}
      </div>
    </>
  )
}

function warningsOf(figures: LoadFigures | null): readonly string[] {
  if (figures === null) return []
  const { generator, openLoop, errors } = figures
  const unsent = openLoop?.unsent ?? 0
  return [
    generator.limited ? [`The generator is the limit, not the server: ${generator.why}.`] : [],
    unsent > 0
      ? [`${count(unsent)} Submits that were due were not sent: the server does not keep up with this rate.`]
      : [],
    errorsInWords(errors) === '' ? [] : [`Errors: ${errorsInWords(errors)}.`]
  ].flat()
}
