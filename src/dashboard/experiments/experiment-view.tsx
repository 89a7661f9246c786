import type { ExperimentReport } from '../../contract/experiment.ts'
import { isGoingOn } from '../live/lab.ts'
import { clockOf, duration } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'
import { Command } from '../parts/command.tsx'
import { Download } from '../parts/download.tsx'
import { Panel, Progress } from '../parts/panel.tsx'
import { BlockPlot } from './block-plot.tsx'
import { draftOfRequest, experimentDraft } from './draft.ts'
import { IntervalPlot } from './interval-plot.tsx'
import { Statistics } from './statistics.tsx'

/** One experiment: what may be concluded, in words first; then the figures; then how it was concluded. */
export function ExperimentView({ report, onGone }: { readonly report: ExperimentReport; onGone(): void }) {
  const { sentence, error, command, comparisons, selfTest, blocks, arms, profiles } = report
  const names = arms.map(({ name }) => name)
  const [firstProfile] = profiles
  return (
    <Panel title={titleOf(report)} class="experiment" aside={<Actions report={report} onGone={onGone} />}>
      <p class="hint">{conditions(report)}</p>
      {isGoingOn(report) && <Advance progress={report.progress} remainingSeconds={report.remainingSeconds} />}
      {comparisons.length === 0 && (
        <p class="verdict" role="status">
          {sentence}
        </p>
      )}
      {error !== null && error !== sentence && <p class="error">{error}</p>}
      {isGoingOn(report) && <SoFar report={report} />}
      {comparisons.map(comparison => (
        <section
          key={comparison.after}
          class="comparison-of-arms"
          aria-label={`${names[comparison.after]} against ${names[0]}`}
        >
          <p class="verdict" role="status">
            {comparison.sentence}
          </p>
          <IntervalPlot verdicts={comparison.verdicts} />
          {profiles.length > 0 && firstProfile !== undefined && (
            <p>
              <a href={addressOf('profiles', { before: firstProfile, after: profiles[comparison.after] ?? null })}>
                Where the difference comes from: the profiles of both arms
              </a>
            </p>
          )}
        </section>
      ))}
      {selfTest !== null && <p class={selfTest.passed ? 'hint' : 'warning'}>{selfTest.sentence}</p>}
      <BlockPlot
        names={names}
        pairs={report.request.pairs}
        blocks={blocks.map(({ pair, arm, figures, excluded }) => ({
          place: pair,
          series: arm,
          value: figures.cpuPerFrame,
          excluded
        }))}
      />
      <Statistics comparisons={comparisons} names={names} />
      <Command command={command} />
    </Panel>
  )
}

/** As high as what it becomes, so that nothing moves when it has ended. */
function SoFar({ report: { arms, verdicts } }: { readonly report: ExperimentReport }) {
  return (
    <>
      {arms.slice(1).map(({ name }, index) => (
        <section key={name} class="comparison-of-arms" aria-label={`${name} so far`}>
          <p class="hint">
            {name} against {arms[0]?.name}, so far. What is concluded is said at the end: who stops at the first good
            figure finds one too often.
          </p>
          <IntervalPlot verdicts={index === 0 ? verdicts : {}} />
        </section>
      ))}
    </>
  )
}

export function titleOf({ request, arms }: Pick<ExperimentReport, 'request' | 'arms'>): string {
  return request.label ?? arms.map(({ name }) => name).join(' → ')
}

export function Advance({
  progress,
  remainingSeconds
}: {
  readonly progress: number
  readonly remainingSeconds: number | null
}) {
  return (
    <>
      <Progress value={progress} name="Progress" />
      <p class="hint">
        {Math.round(progress * 100)} %{remainingSeconds !== null && `, about ${duration(remainingSeconds)} left`}
      </p>
    </>
  )
}

function conditions({ request, environment, createdAt }: ExperimentReport): string {
  const { design, pairs, blockSeconds, load } = request
  const how = design === 'split' ? 'arms at the same time' : 'arms one after another'
  const under =
    load === 'live'
      ? 'under the traffic there was'
      : `under ${load.connections} connections with ${load.inFlight} in flight${load.rate === null ? '' : `, ${load.rate} Submits/s`}`
  return `${clockOf(createdAt)}: ${pairs} pairs of ${duration(blockSeconds)}, ${how}, ${under}; Node ${environment.node}, ${environment.workers} workers on ${environment.cores} cores.`
}

function Actions({ report, onGone }: { readonly report: ExperimentReport; onGone(): void }) {
  const path = `/api/v1/experiments/${report.id}`
  const isOn = isGoingOn(report)
  return (
    <span class="row">
      <Download path={`${path}/report?format=html`} about="the report of this experiment">
        Report
      </Download>
      <button
        type="button"
        onClick={() => {
          experimentDraft.value = draftOfRequest(report.request)
          document.querySelector('.experiment-form')?.scrollIntoView()
        }}
      >
        Use again
      </button>
      <Action
        request={{ method: 'DELETE', path }}
        kind={isOn ? 'danger' : 'plain'}
        name={`${isOn ? 'stop' : 'delete'} this experiment`}
        onDone={onGone}
      >
        {isOn ? 'Stop' : 'Delete'}
      </Action>
    </span>
  )
}
