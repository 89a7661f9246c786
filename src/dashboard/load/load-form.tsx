import { useSignal } from '@preact/signals'
import { loadRunBounds as bounds, type LoadRunReport } from '../../contract/load-run.ts'
import { loads, withOne } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { Panel } from '../parts/panel.tsx'
import { SelectField } from '../parts/select-field.tsx'

const kinds = [
  ['closed', 'closed loop: as much as it can'],
  ['open', 'open loop: at a rate']
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
        <SelectField
          title="Kind"
          value={kind.value}
          options={kinds}
          onValue={value => {
            kind.value = value
          }}
        />
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
        <div class="wide">
          <Action<LoadRunReport>
            request={{ method: 'POST', path: '/api/v1/load', body }}
            kind="main"
            onDone={report => {
              loads.value = withOne(loads.value, report)
            }}
          >
            Start load
          </Action>
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
