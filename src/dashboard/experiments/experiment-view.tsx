import type { ExperimentBlock, ExperimentReport } from '../../contract/experiment.ts'
import { download } from '../live/api.ts'
import { isGoingOn } from '../live/lab.ts'
import { duration, short } from '../live/units.ts'
import { Action, CurlButton, copy, useSending } from '../parts/action.tsx'
import { Panel, Progress } from '../parts/panel.tsx'
import { IntervalPlot } from './interval-plot.tsx'
import { Statistics } from './statistics.tsx'

/** One experiment: what may be concluded, in words first; then the figures; then how it was concluded. */
export function ExperimentView({ report, onGone }: { readonly report: ExperimentReport; onGone(): void }) {
  const { id, progress, remainingSeconds, sentence, error, command, comparisons, verdicts, selfTest, blocks, arms } =
    report
  const path = `/api/v1/experiments/${id}`
  const isOn = isGoingOn(report)
  return (
    <Panel
      title={report.request.label ?? arms.map(({ name }) => name).join(' → ')}
      class="experiment"
      aside={
        <span class="row">
          <Report path={path} />
          <Action
            request={{ method: 'DELETE', path }}
            kind={isOn ? 'danger' : 'plain'}
            name={`${isOn ? 'stop' : 'delete'} this experiment`}
            onDone={onGone}
          >
            {isOn ? 'Stop' : 'Delete'}
          </Action>
        </span>
      }
    >
      {isOn && (
        <>
          <Progress value={progress} name="Progress of the experiment" />
          <p class="hint">
            {Math.round(progress * 100)} %{remainingSeconds !== null && `, about ${duration(remainingSeconds)} left`}
          </p>
        </>
      )}
      <div role="status">
        {comparisons.length === 0 && <p class="verdict">{sentence}</p>}
        {comparisons.map(comparison => (
          <p key={comparison.after} class="verdict">
            {comparison.sentence}
          </p>
        ))}
      </div>
      {error !== null && <p class="error">{error}</p>}
      <IntervalPlot verdicts={comparisons[0]?.verdicts ?? verdicts} />
      {selfTest !== null && <p class={selfTest.passed ? 'hint' : 'warning'}>{selfTest.sentence}</p>}
      <Blocks blocks={blocks} names={arms.map(({ name }) => name)} />
      <Statistics verdicts={comparisons[0]?.verdicts ?? verdicts} />
      <p class="row">
        <button type="button" onClick={() => void copy(command)}>
          Copy the command that repeats it
        </button>
        <code class="hint">{command}</code>
      </p>
    </Panel>
  )
}

function Report({ path }: { readonly path: string }) {
  const { isSending, run } = useSending()
  const report = `${path}/report?format=html`
  return (
    <span class="action">
      <button type="button" disabled={isSending} onClick={() => run(() => download(report))}>
        Report
      </button>
      <CurlButton request={{ method: 'GET', path: report }} about="the report of this experiment" />
    </span>
  )
}

/** CPU per frame of every block in its order: one sees whether the arms keep apart, and whether the machine held still. */
function Blocks({ blocks, names }: { readonly blocks: readonly ExperimentBlock[]; readonly names: readonly string[] }) {
  const known = blocks.flatMap(block =>
    block.figures.cpuPerFrame === null ? [] : [{ ...block, cost: block.figures.cpuPerFrame }]
  )
  if (known.length === 0) return null
  const most = Math.max(...known.map(({ cost }) => cost))
  const title = `CPU per frame of ${known.length} blocks, up to ${short(most)} µs`
  return (
    <figure class="blocks">
      <figcaption class="row">
        <h3>Blocks as they came</h3>
        <small>CPU per frame, up to {short(most)} µs</small>
        {names.map((name, index) => (
          <small key={name}>
            <i class={`dot series-${index + 1}`} />
            {name}
          </small>
        ))}
      </figcaption>
      <div class="bars" role="img" aria-label={title}>
        {known.map(({ index, arm, cost, excluded }) => (
          <i
            key={index}
            class={`series-${arm + 1}`}
            title={`${names[arm]}: ${short(cost)} µs${excluded === null ? '' : `, not used: ${excluded}`}`}
            style={{ height: `${(cost / most) * 100}%`, opacity: excluded === null ? 1 : 0.3 }}
          />
        ))}
      </div>
    </figure>
  )
}
