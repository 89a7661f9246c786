import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { ChartGrid } from '../charts/chart-grid.tsx'
import { changes, loads, runningLoad, snapshot, switches, timeline, withOne } from '../live/lab.ts'
import { microseconds, short } from '../live/units.ts'
import { tryOutLoad } from '../overview/first-run.tsx'
import { ImpressionPanel, TestProperly } from '../overview/impression.tsx'
import { presetRequest, switchRequest } from '../overview/switch-requests.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'
import { Panel } from '../parts/panel.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { Comparison } from '../profiles/comparison.tsx'
import { Figures, HalfFrame, PooledPacket, WhyFewerReads, WhyTwoReads } from './answers.tsx'
import { GuideProfile } from './guide-profile.tsx'
import {
  BASELINE,
  baselineProfile,
  type Candidate,
  CHANGED,
  candidates,
  changedProfile,
  currentStep,
  isBusy,
  isDone,
  type StepName,
  steps,
  turnedOn
} from './guide-state.ts'

const watched = ['throughput', 'cpu', 'calls']

/** The method's four steps on the running server. What each step finds stays where it is: marks, profiles, experiments. */
export function Guide() {
  if (snapshot.value === null || switches.value === null) return <p class="loading">Asking the server…</p>
  return (
    <div class="guide">
      <div class="stack">
        <p class="lead">
          Four steps, on this server, while it runs. Guessing what is slow is what everybody does; this is how to know.
        </p>
        <ol class="stack">
          <Baseline />
          <FirstProfile />
          <ChangeOneThing />
          <MeasureAgain />
        </ol>
      </div>
      <aside aria-label="Meanwhile">
        <ChartGrid names={watched} />
      </aside>
    </div>
  )
}

interface StepProps {
  readonly name: StepName
  readonly title: string
  readonly children: ComponentChildren
}

function Step({ name, title, children }: StepProps) {
  const isCurrent = currentStep.value === name
  const state = isDone(name) ? '✓ done' : isCurrent ? 'now' : 'to come'
  return (
    <li aria-current={isCurrent ? 'step' : undefined}>
      <Panel
        title={`${steps.indexOf(name) + 1}. ${title}`}
        class={isCurrent ? 'current' : ''}
        aside={<small class={isDone(name) ? 'better' : ''}>{state}</small>}
      >
        {children}
      </Panel>
    </li>
  )
}

/** What one does next stands out, and nothing else does. */
const kindIn = (step: StepName): 'main' | 'plain' => (currentStep.value === step ? 'main' : 'plain')

function Baseline() {
  const isPlain = turnedOn.value.length === 0
  return (
    <Step name="baseline" title="Baseline">
      <p>
        First, what a straightforward program does: every optimisation off, under steady load. Without a figure to
        compare with, nothing that follows means anything.
      </p>
      <p class="row">
        <Action request={presetRequest('baseline', 'guide: step 1')} kind={isPlain ? 'plain' : kindIn('baseline')}>
          Switch to baseline
        </Action>
        <Action<LoadRunReport>
          request={tryOutLoad}
          kind={isBusy.value ? 'plain' : kindIn('baseline')}
          disabled={runningLoad.value !== null}
          onDone={report => {
            loads.value = withOne(loads.value, report)
          }}
        >
          {runningLoad.value === null ? 'Start load' : 'Load is on'}
        </Action>
      </p>
      <Figures
        figures={() => [
          ['CPU per frame', microseconds(timeline.latest('cpu'))],
          ['reads per frame', short(timeline.latest('reads'))],
          ['writes per frame', short(timeline.latest('writes'))],
          ['frames/s', short(timeline.latest('throughput'))]
        ]}
      />
      <WhyTwoReads />
    </Step>
  )
}

function FirstProfile() {
  return (
    <Step name="profile" title="Profile">
      <p>
        A profile says where the time goes, by looking at the stack a few hundred times a second. The widest boxes are
        what is worth changing; the rest is not, however ugly it looks.
      </p>
      <GuideProfile label={BASELINE} profile={baselineProfile.value} kind={kindIn('profile')} />
      <HalfFrame />
    </Step>
  )
}

function ChangeOneThing() {
  const name = useSignal<Candidate>('bufferedReader')
  const isOn = switches.value?.optimizations.find(one => one.name === name.value)?.enabled === true
  return (
    <Step name="change" title="Change one thing">
      <p>
        Only one, or nobody can say which of them did it. Turn it on and watch the figures move; nothing is restarted,
        and no connection is lost.
      </p>
      <div class="row below">
        <SelectField
          title="Switch"
          value={name.value}
          options={candidates.map(one => [one, one] as const)}
          onValue={value => {
            name.value = value as Candidate
          }}
        />
        <Action
          request={switchRequest(name.value, !isOn, null, 'guide: step 3')}
          kind={isOn ? 'plain' : kindIn('change')}
        >
          Turn {name.value} {isOn ? 'off' : 'on'}
        </Action>
      </div>
      <p class="hint">{whatIsOn()}</p>
      <ImpressionPanel />
      <WhyFewerReads />
      <PooledPacket />
    </Step>
  )
}

function whatIsOn(): string {
  const on = turnedOn.value
  if (on.length === 0) return 'None of them is on now.'
  return `On now: ${on.join(', ')}.${on.length > 1 ? ' More than one: begin from the baseline.' : ''}`
}

function MeasureAgain() {
  const before = baselineProfile.value
  const after = changedProfile.value
  const [last] = changes.value
  return (
    <Step name="again" title="Measure again">
      <p>
        The same profile once more, and the difference for each frame. Whether it is more than chance an experiment
        tells, with an interval.
      </p>
      <GuideProfile label={CHANGED} profile={after} kind={kindIn('again')} />
      {before?.state === 'done' && after?.state === 'done' && (
        <>
          <Comparison before={before} after={after} />
          <p class="hint">
            Both stay on the <a href={addressOf('profiles', { before: before.id, after: after.id })}>Profiles</a> page,
            the change on the <a href={addressOf('')}>Overview</a>.
          </p>
          {last !== undefined && <TestProperly last={last} />}
        </>
      )}
    </Step>
  )
}
