import { useSignal } from '@preact/signals'
import { experimentBounds, experimentDefaults } from '../../contract/experiment.ts'
import { presets } from '../../contract/optimizations.ts'
import { snapshot } from '../live/lab.ts'
import { duration } from '../live/units.ts'
import { Action } from '../parts/action.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { Panel } from '../parts/panel.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { type Proposal, proposal } from './proposal.ts'

const ARMS = 2
const PROPOSED = 'proposed'
const loads = [
  ['driven', 'load of its own, 50 × 20'],
  ['live', 'the traffic there is']
] as const

/** What is compared, how often, under which load; everything else is the API's default. */
export function ExperimentForm({ onStarted }: { onStarted(): void }) {
  const proposed = proposal.value
  const order = useSignal({
    what: proposed === null ? 'pooled' : PROPOSED,
    load: 'driven',
    pairs: 8,
    blockSeconds: 2,
    label: ''
  })
  const { what, load, pairs, blockSeconds, label } = order.value
  const set = (part: Partial<typeof order.value>): void => {
    order.value = { ...order.value, ...part }
  }
  const body = {
    arms: armsOf(what, proposed),
    pairs,
    blockSeconds,
    load: load === 'live' ? 'live' : { connections: 50, inFlight: 20 },
    ...(label.trim() === '' ? {} : { label: label.trim() }),
    by: 'dashboard'
  }
  const isUnmeasurable = load === 'live' && (snapshot.value?.rates.framesReceivedPerSecond ?? 0) === 0
  return (
    <Panel title="Compare two sets of switches">
      <HowItWorks />
      <form class="form" onSubmit={event => event.preventDefault()}>
        <SelectField title="What" value={what} options={choicesOf(proposed)} onValue={value => set({ what: value })} />
        <SelectField title="Under" value={load} options={loads} onValue={value => set({ load: value })} />
        <NumberField
          title="Pairs"
          hint="more find smaller effects"
          {...experimentBounds.pairs}
          step={1}
          value={pairs}
          onValue={value => set({ pairs: value })}
        />
        <NumberField
          title="Each half for, seconds"
          {...experimentBounds.blockSeconds}
          value={blockSeconds}
          onValue={value => set({ blockSeconds: value })}
        />
        <label class="field">
          Name
          <input
            type="text"
            maxLength={experimentBounds.labelLength}
            value={label}
            onInput={event => set({ label: event.currentTarget.value })}
          />
        </label>
        <div class="wide row">
          <Action
            request={{ method: 'POST', path: '/api/v1/experiments', body }}
            kind="main"
            disabled={isUnmeasurable}
            onDone={onStarted}
          >
            Start the experiment
          </Action>
          <span class="hint">
            {isUnmeasurable
              ? 'There is no traffic to measure.'
              : `Takes about ${duration(secondsOf(pairs, blockSeconds))}; the switches come back as they were.`}
          </span>
        </div>
      </form>
    </Panel>
  )
}

function choicesOf(proposed: Proposal | null): [string, string][] {
  const ready: [string, string][] = presets
    .filter(({ name }) => name !== 'baseline')
    .map(({ name }) => [name, `baseline against ${name}`])
  return proposed === null ? ready : [[PROPOSED, inWords(proposed.after)], ...ready]
}

function secondsOf(pairs: number, blockSeconds: number): number {
  return pairs * ARMS * (blockSeconds + experimentDefaults.washOutSeconds)
}

function armsOf(what: string, proposed: Proposal | null): readonly object[] {
  if (what === PROPOSED && proposed !== null) {
    return [
      { name: 'before', switches: proposed.before },
      { name: 'after', switches: proposed.after }
    ]
  }
  return [
    { name: 'baseline', preset: 'baseline' },
    { name: what, preset: what }
  ]
}

function HowItWorks() {
  return (
    <p class="hint">
      Both are put into force in turn, in random order, pair by pair. Each pair is measured under the same conditions,
      so what differs between its halves is the switches, or chance; how much of it is chance, the pairs tell.
    </p>
  )
}

function inWords(switches: Readonly<Record<string, boolean | undefined>>): string {
  return `what was just changed: ${Object.entries(switches)
    .map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
    .join(', ')}`
}
