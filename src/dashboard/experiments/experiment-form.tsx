import { useEffect } from 'preact/hooks'
import { type ExperimentReport, type ExperimentSummary, experimentBounds } from '../../contract/experiment.ts'
import { runningLoad, snapshot, workerIds } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'
import { Form } from '../parts/form.tsx'
import { Panel } from '../parts/panel.tsx'
import { RadioFields } from '../parts/radio-fields.tsx'
import { useRefusals } from '../parts/refusals.ts'
import { TextField } from '../parts/text-field.tsx'
import { ArmFields } from './arm-fields.tsx'
import { bodyOf, type ExperimentDraft, experimentDraft, namesOf, readyMade } from './draft.ts'
import { LengthFields } from './length-fields.tsx'
import { GuardFields, MarginField, MarginFields } from './limit-fields.tsx'
import { LoadFields } from './load-fields.tsx'
import { armsOfChanges, proposal } from './proposal.ts'

export interface ExperimentFormProps {
  /** Those before, newest first. */
  readonly past: readonly ExperimentSummary[]
  /** What is under way and keeps another one from beginning; null when nothing does. */
  readonly busyWith: string | null
  onStarted(report: ExperimentReport): void
}

type DraftProps = { readonly draft: ExperimentDraft; onDraft(part: Partial<ExperimentDraft>): void }

/** What is compared, how, how long and under which load; and what comes of that before it begins. */
export function ExperimentForm({ past, busyWith, onStarted }: ExperimentFormProps) {
  const refusals = useRefusals()
  const draft = experimentDraft
  const onDraft = (part: Partial<ExperimentDraft>): void => {
    draft.value = { ...draft.value, ...part }
    refusals.clear()
  }
  // Two loads would measure each other: where there is one, it is what is measured under.
  const isLoaded = runningLoad.value !== null
  useEffect(() => {
    if (isLoaded) onDraft({ load: null })
  }, [isLoaded])
  const shared = { draft: draft.value, onDraft }
  return (
    <Panel title="Compare sets of switches">
      <p class="hint">
        The arms are put into force in turn, pair by pair, in random order. The halves of a pair are measured under the
        same conditions: what differs between them is the switches, or chance, and how much is chance the pairs tell. In
        the end all switches come back as they were.
      </p>
      <Form refusals={refusals} class="experiment-form" name="An experiment">
        <Ready onDraft={onDraft} />
        <ArmFields arms={draft.value.arms} onArms={arms => onDraft({ arms })} />
        <div class="columns">
          <Design {...shared} />
          <LoadFields load={draft.value.load} onLoad={load => onDraft({ load })} />
          <LengthFields {...shared} past={past} />
        </div>
        <Details {...shared} />
        <div class="row">
          <Action<ExperimentReport>
            request={{ method: 'POST', path: '/api/v1/experiments', body: bodyOf(draft.value) }}
            kind="main"
            refusals={refusals}
            disabled={busyWith !== null}
            onDone={onStarted}
          >
            Start the experiment
          </Action>
          <span class="hint">{busyWith ?? promise(draft.value)}</span>
        </div>
      </Form>
    </Panel>
  )
}

function promise({ arms, load }: ExperimentDraft): string {
  const [first, ...others] = namesOf(arms)
  const isIdle = load === null && (snapshot.value?.rates.framesReceivedPerSecond ?? 0) === 0
  if (isIdle) return 'No frames come now: it would end for want of traffic. Start a load, or choose load of its own.'
  return `Compares ${others.join(', ')} with ${first}. While it runs nobody else can change switches.`
}

function Ready({ onDraft }: Pick<DraftProps, 'onDraft'>) {
  const proposed = proposal.value
  return (
    <fieldset class="row ready">
      <legend>Begin with</legend>
      {proposed !== null && (
        <button type="button" class="chip" onClick={() => onDraft({ arms: armsOfChanges(proposed) })}>
          what was just changed
        </button>
      )}
      {readyMade.map(({ title, arms }) => (
        <button key={title} type="button" class="chip" onClick={() => onDraft({ arms })}>
          {title}
        </button>
      ))}
    </fieldset>
  )
}

function Design({ draft: { design, arms }, onDraft }: DraftProps) {
  const workers = workerIds.value.length
  return (
    <RadioFields
      title="How"
      at="/design"
      value={design}
      onValue={value => onDraft({ design: value as ExperimentDraft['design'] })}
      choices={[
        {
          value: 'switchback',
          title: 'One after another',
          hint: 'Switchback: every arm in turn on all workers. Works with any number of workers.'
        },
        {
          value: 'split',
          title: 'At the same time',
          hint: 'Split: each arm on workers of its own, which swap within each pair. What changes in the traffic meanwhile falls on all arms alike.',
          whyNot:
            workers < arms.length
              ? `It needs a worker for each arm: there ${workers === 1 ? 'is 1 worker' : `are ${workers} workers`} and ${arms.length} arms. Start the server with --workers ${arms.length} to have it.`
              : null
        }
      ]}
    />
  )
}

function Details({ draft, onDraft }: DraftProps) {
  return (
    <details class="more">
      <summary>What counts, what stops it, what more is captured</summary>
      <div class="columns">
        <fieldset>
          <legend>What counts as no difference</legend>
          <MarginField draft={draft} onDraft={onDraft} />
          <MarginFields draft={draft} onDraft={onDraft} />
        </fieldset>
        <fieldset>
          <legend>What ends it early</legend>
          <GuardFields draft={draft} onDraft={onDraft} />
        </fieldset>
        <fieldset>
          <legend>What more</legend>
          <Check
            isOn={draft.profile}
            title="Capture a CPU profile of each arm"
            hint="after the blocks; the report shows their difference as a flame graph"
            onChange={profile => onDraft({ profile })}
          />
          <Check
            isOn={draft.selfTest}
            title="Test the method itself"
            hint="equal arms of this run are compared too: it must find no difference"
            onChange={selfTest => onDraft({ selfTest })}
          />
          <TextField
            title="Name of the experiment"
            at="/label"
            maxLength={experimentBounds.labelLength}
            value={draft.label}
            onValue={label => onDraft({ label })}
          />
        </fieldset>
      </div>
    </details>
  )
}

interface CheckProps {
  readonly isOn: boolean
  readonly title: string
  readonly hint: string
  onChange(isOn: boolean): void
}

function Check({ isOn, title, hint, onChange }: CheckProps) {
  return (
    <label class="choice">
      <input type="checkbox" checked={isOn} onChange={event => onChange(event.currentTarget.checked)} />
      <span>
        {title}
        <small>{hint}</small>
      </span>
    </label>
  )
}
