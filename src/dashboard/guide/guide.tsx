import { useSignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { instant, isGoingOn, loads, profiles, runningLoad, snapshot, switches, timeline, withOne } from '../live/lab.ts'
import { short } from '../live/units.ts'
import { tryOutLoad } from '../overview/first-run.tsx'
import { ImpressionPanel } from '../overview/impression.tsx'
import { presetRequest, switchRequest } from '../overview/switch-requests.ts'
import { Action } from '../parts/action.tsx'
import { Panel, Progress } from '../parts/panel.tsx'
import { Comparison } from '../profiles/comparison.tsx'
import { GuideProfile } from './guide-profile.tsx'

const BASELINE = 'guide: baseline'
const CHANGED = 'guide: changed'

/** The method's four steps on the running server. What each step finds stays where it is: marks, profiles, experiments. */
export function Guide() {
  return (
    <div class="stack guide">
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
  )
}

interface StepProps {
  readonly number: number
  readonly title: string
  readonly isDone: boolean
  readonly children: ComponentChildren
}

function Step({ number, title, isDone, children }: StepProps) {
  return (
    <li>
      <Panel title={`${number}. ${title}`} aside={<small>{isDone ? '✓ done' : 'to do'}</small>}>
        {children}
      </Panel>
    </li>
  )
}

function Baseline() {
  instant.value
  const isBusy = (snapshot.value?.rates.framesReceivedPerSecond ?? 0) > 0
  const isPlain = switches.value?.optimizations.every(({ name, enabled }) => enabled === (name === 'noDelay')) === true
  return (
    <Step number={1} title="Baseline" isDone={isBusy && isPlain}>
      <p>
        First, what a straightforward program does: every optimisation off, under steady load. Without a figure to
        compare with, nothing that follows means anything.
      </p>
      <p class="row">
        <Action request={presetRequest('baseline', 'guide: step 1')} kind={isPlain ? 'plain' : 'main'}>
          Switch to baseline
        </Action>
        <Action<LoadRunReport>
          request={tryOutLoad}
          kind={isBusy ? 'plain' : 'main'}
          disabled={runningLoad.value !== null}
          onDone={report => {
            loads.value = withOne(loads.value, report)
          }}
        >
          {runningLoad.value === null ? 'Start load' : 'Load is on'}
        </Action>
      </p>
      <dl class="tiles">
        <Tile title="CPU per frame" value={`${short(timeline.latest('cpu'))} µs`} />
        <Tile title="reads per frame" value={short(timeline.latest('reads'))} />
        <Tile title="writes per frame" value={short(timeline.latest('writes'))} />
        <Tile title="frames/s" value={short(timeline.latest('throughput'))} />
      </dl>
      <details>
        <summary>Why two reads and one write for each frame?</summary>
        <p>
          A frame says its length in its first four bytes. A plain program reads those, then the rest, and answers each
          frame by itself: three system calls for a few bytes, and each of them costs far more than the bytes.
        </p>
      </details>
    </Step>
  )
}

function Tile({ title, value }: { readonly title: string; readonly value: string }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>{value}</dd>
    </div>
  )
}

function latestNamed(label: string) {
  return [...profiles.value.values()].filter(profile => profile.label === label).at(-1)
}

function FirstProfile() {
  const profile = latestNamed(BASELINE)
  return (
    <Step number={2} title="Profile" isDone={profile?.state === 'done'}>
      <p>
        A profile says where the time goes, by looking at the stack a few hundred times a second. The widest boxes are
        what is worth changing; the rest is not, however ugly it looks.
      </p>
      <GuideProfile label={BASELINE} profile={profile} />
      <details>
        <summary>Where does half a frame go?</summary>
        <p>
          TCP knows no frames: a read may end in the middle of one. What has come of it is kept for its connection and
          put before what comes next, so no frame is lost or read twice, whichever switch is on.
        </p>
      </details>
    </Step>
  )
}

const candidates = ['bufferedReader', 'coalescedWriter', 'packetPool', 'ackPool'] as const

function ChangeOneThing() {
  const name = useSignal<(typeof candidates)[number]>('bufferedReader')
  const current = switches.value?.optimizations.find(optimization => optimization.name === name.value)
  const isOn = current?.enabled === true
  return (
    <Step
      number={3}
      title="Change one thing"
      isDone={candidates.some(one => switches.value?.optimizations.find(o => o.name === one)?.enabled === true)}
    >
      <p>
        Only one, or nobody can say which of them did it. Turn it on and watch the figures move; nothing is restarted,
        and no connection is lost.
      </p>
      <p class="row">
        <label class="field">
          Switch
          <select
            value={name.value}
            onChange={event => {
              name.value = event.currentTarget.value as (typeof candidates)[number]
            }}
          >
            {candidates.map(one => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </label>
        <Action request={switchRequest(name.value, !isOn, null)} kind="main">
          Turn {name.value} {isOn ? 'off' : 'on'}
        </Action>
      </p>
      <ImpressionPanel />
      <details>
        <summary>Why fewer reads?</summary>
        <p>
          While the worker was busy, many frames have arrived. With the buffer one read brings all of them; without it
          each is fetched with two. The busier the server, the more there is to bring, so reads per frame fall with
          load.
        </p>
      </details>
      <details>
        <summary>Can a pooled packet show another client’s data?</summary>
        <p>
          It could, if it were used after it was given back. So a packet is reset when it is given back, a stale handle
          is refused by its generation, and <code>--pool-guard</code> poisons what was given back, so that misuse shows
          at once.
        </p>
      </details>
    </Step>
  )
}

function MeasureAgain() {
  const before = latestNamed(BASELINE)
  const after = latestNamed(CHANGED)
  const isDone = before?.state === 'done' && after?.state === 'done'
  return (
    <Step number={4} title="Measure again" isDone={isDone}>
      <p>
        The same profile once more, and the difference for each frame. Then the honest question: is it more than chance?
        An <a href="#/experiments">experiment</a> answers it, with an interval.
      </p>
      <GuideProfile label={CHANGED} profile={after} />
      {before !== undefined && after !== undefined && isDone && <Comparison before={before} after={after} />}
      {after !== undefined && isGoingOn(after) && <Progress value={after.progress} name="Progress of the profile" />}
    </Step>
  )
}
