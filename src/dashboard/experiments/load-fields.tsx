import { loadRunBounds as bounds } from '../../contract/load-run.ts'
import { runningLoad, snapshot } from '../live/lab.ts'
import { short } from '../live/units.ts'
import { NumberField, OptionalNumberField } from '../parts/number-field.tsx'
import { RadioFields } from '../parts/radio-fields.tsx'

/** Load that the server drives on itself meanwhile. */
export interface DrivenLoad {
  readonly connections: number
  readonly inFlight: number
  readonly payloadBytes: number
  /** Submits a second over all connections; null is a closed loop. */
  readonly rate: number | null
}

export const drivenLoadDefaults: DrivenLoad = { connections: 50, inFlight: 20, payloadBytes: 20, rate: null }

export interface LoadFieldsProps {
  /** null is the traffic that there is. */
  readonly load: DrivenLoad | null
  onLoad(load: DrivenLoad | null): void
}

/** Under which load it is measured. */
export function LoadFields({ load, onLoad }: LoadFieldsProps) {
  const framesPerSecond = snapshot.value?.rates.framesReceivedPerSecond ?? 0
  return (
    <RadioFields
      title="Under which load"
      value={load === null ? 'live' : 'driven'}
      at="/load"
      choices={[
        {
          value: 'driven',
          title: 'Load of its own',
          hint: 'Always the same, and latency is measured as a client sees it.',
          whyNot: runningLoad.value === null ? null : 'A load run is under way: two loads would measure each other.'
        },
        {
          value: 'live',
          title: 'The traffic there is',
          hint:
            framesPerSecond > 0
              ? `${short(framesPerSecond)} frames/s now. Latency is then the time that a batch takes in the worker.`
              : 'No frames come now: there would be nothing to measure.'
        }
      ]}
      onValue={value => onLoad(value === 'live' ? null : drivenLoadDefaults)}
    >
      {load !== null && (
        <div class="form">
          <NumberField
            title="Connections"
            at="/load/connections"
            {...bounds.connections}
            step={1}
            value={load.connections}
            onValue={connections => onLoad({ ...load, connections })}
          />
          <NumberField
            title="In flight on each"
            at="/load/inFlight"
            {...bounds.inFlight}
            step={1}
            value={load.inFlight}
            onValue={inFlight => onLoad({ ...load, inFlight })}
          />
          <NumberField
            title="Payload, bytes"
            at="/load/payloadBytes"
            {...bounds.payloadBytes}
            step={1}
            value={load.payloadBytes}
            onValue={payloadBytes => onLoad({ ...load, payloadBytes })}
          />
          <OptionalNumberField
            title="Submits a second"
            whenEmpty="as many as it can"
            at="/load/rate"
            {...bounds.rate}
            step={1}
            value={load.rate}
            onValue={rate => onLoad({ ...load, rate })}
          />
        </div>
      )}
    </RadioFields>
  )
}
