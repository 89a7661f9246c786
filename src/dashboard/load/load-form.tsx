import { useSignal } from '@preact/signals'
import { loadRunBounds as bounds, type LoadRunReport } from '../../contract/load-run.ts'
import { loads, withOne } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { Panel } from '../parts/panel.tsx'
import { RadioFields } from '../parts/radio-fields.tsx'
import { SelectField } from '../parts/select-field.tsx'

const kinds = [
  {
    value: 'closed',
    title: 'Closed loop: as much as it can',
    hint: 'So many Submits are always in flight. It finds out how much the server can do; its latency is that of a full queue.'
  },
  {
    value: 'open',
    title: 'Open loop: at a rate',
    hint: 'Sends whether the server keeps up or not, and counts latency from when each Submit was due: what people wait.'
  }
] as const
const arrivals = [
  ['constant', 'evenly spaced'],
  ['poisson', 'by chance, as of many users']
] as const

/** Everything has a default that suits a first look. */
export function LoadForm() {
  const kind = useSignal('closed')
  const order = useSignal({ connections: 50, inFlight: 20, payloadBytes: 20, durationSeconds: 60 })
  const pace = useSignal({ rate: 20_000, arrival: 'constant' })
  const isOpen = kind.value === 'open'
  const body = isOpen ? { ...order.value, ...pace.value } : order.value
  const field = (name: keyof typeof order.value, title: string) => (
    <NumberField
      title={title}
      {...bounds[name]}
      value={order.value[name]}
      onValue={value => {
        order.value = { ...order.value, [name]: value }
      }}
    />
  )
  return (
    <Panel title="Start load">
      <form class="form" onSubmit={event => event.preventDefault()}>
        <div class="wide">
          <RadioFields
            title="Kind"
            value={kind.value}
            choices={kinds}
            onValue={value => {
              kind.value = value
            }}
          />
        </div>
        {field('connections', 'Connections')}
        {field('inFlight', isOpen ? 'In flight on each, at most' : 'In flight on each')}
        {field('payloadBytes', 'Payload, bytes')}
        {field('durationSeconds', 'Measure for, seconds')}
        {isOpen && (
          <Pace
            pace={pace.value}
            onPace={next => {
              pace.value = next
            }}
          />
        )}
        <div class="wide row">
          <Action<LoadRunReport>
            request={{ method: 'POST', path: '/api/v1/load', body }}
            kind="main"
            onDone={report => {
              loads.value = withOne(loads.value, report)
            }}
          >
            Start load
          </Action>
          <span class="hint">
            From a process of its own. Where it, and not the server, is the limit, it says so: its figures are then not
            the server’s.
          </span>
        </div>
      </form>
    </Panel>
  )
}

interface PaceOfLoad {
  readonly rate: number
  readonly arrival: string
}

function Pace({ pace, onPace }: { readonly pace: PaceOfLoad; onPace(pace: PaceOfLoad): void }) {
  return (
    <>
      <NumberField
        title="Submits a second, in all"
        {...bounds.rate}
        value={pace.rate}
        onValue={rate => onPace({ ...pace, rate })}
      />
      <SelectField
        title="Arrivals"
        value={pace.arrival}
        options={arrivals}
        onValue={arrival => onPace({ ...pace, arrival })}
      />
    </>
  )
}
