import { useSignal } from '@preact/signals'
import { type ProfileReport, profileBounds } from '../../contract/profile.ts'
import { profiles, runningLoad, snapshot, withOne, workerIds } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'
import { NumberField } from '../parts/number-field.tsx'
import { Panel } from '../parts/panel.tsx'
import { SelectField } from '../parts/select-field.tsx'

const kinds = [
  ['cpu', 'CPU: where time goes'],
  ['allocation', 'memory: what is allocated']
] as const

/** What to look at, where, and for how long. */
export function CaptureForm() {
  const order = useSignal({ kind: 'cpu', seconds: 5, worker: '', label: '' })
  const { kind, seconds, worker, label } = order.value
  const set = (part: Partial<typeof order.value>): void => {
    order.value = { ...order.value, ...part }
  }
  const workers: [string, string][] = workerIds.value.map(id => [`${id}`, `worker ${id}`])
  const isIdle = (snapshot.value?.rates.framesReceivedPerSecond ?? 0) === 0 && runningLoad.value === null
  const body = {
    kind,
    seconds,
    ...(worker === '' ? {} : { workers: [Number(worker)] }),
    ...(label.trim() === '' ? {} : { label: label.trim() })
  }
  return (
    <Panel title="Capture a profile">
      <form class="form" onSubmit={event => event.preventDefault()}>
        <SelectField title="What" value={kind} options={kinds} onValue={value => set({ kind: value })} />
        <NumberField
          title="For, seconds"
          {...profileBounds.seconds}
          value={seconds}
          onValue={value => set({ seconds: value })}
        />
        <SelectField
          title="Where"
          value={worker}
          options={[['', 'all workers'], ...workers]}
          onValue={value => set({ worker: value })}
        />
        <label class="field">
          Name
          <input
            type="text"
            maxLength={profileBounds.labelLength}
            value={label}
            placeholder="baseline"
            onInput={event => set({ label: event.currentTarget.value })}
          />
        </label>
        <div class="wide row">
          <Action<ProfileReport>
            request={{ method: 'POST', path: '/api/v1/profiles', body }}
            kind="main"
            onDone={report => {
              profiles.value = withOne(profiles.value, report)
            }}
          >
            Capture
          </Action>
          <span class="hint">
            {isIdle ? (
              <>
                No frames come: <a href={addressOf('load')}>start a load</a> first.
              </>
            ) : (
              'Under the traffic there is now.'
            )}
          </span>
        </div>
      </form>
    </Panel>
  )
}
