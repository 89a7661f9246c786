import type { OptimizationReport, OptimizationsReport } from '../../contract/server-report.ts'
import { send } from '../live/api.ts'
import { Action, CurlButton, useSending } from '../parts/action.tsx'
import { Panel } from '../parts/panel.tsx'
import { presetRequest, switchRequest } from './switch-requests.ts'

/** Every optimisation, where it is on, and the presets. */
export function SwitchesPanel({ report }: { readonly report: OptimizationsReport }) {
  return (
    <Panel title="Switches" class="switches">
      <p class="hint">Each takes effect on live connections at their next frame. Nothing is restarted.</p>
      <SwitchList report={report} />
    </Panel>
  )
}

function SwitchList({ report }: { readonly report: OptimizationsReport }) {
  const { optimizations, presets } = report
  const isInForce = (wanted: Readonly<Record<string, boolean>>): boolean =>
    optimizations.every(({ name, enabled }) => enabled === wanted[name])
  return (
    <>
      <ul class="switch-list">
        {optimizations.map(optimization => (
          <Switch key={optimization.name} optimization={optimization} />
        ))}
      </ul>
      <fieldset class="presets">
        <legend>Presets</legend>
        {presets.map(({ name, description, switches: wanted }) => (
          <span key={name} class={isInForce(wanted) ? 'preset in-force' : 'preset'} title={description}>
            <Action request={presetRequest(name)} name={`${name}${isInForce(wanted) ? ', in force' : ''}: preset`}>
              {name}
            </Action>
          </span>
        ))}
      </fieldset>
    </>
  )
}

function Switch({ optimization }: { readonly optimization: OptimizationReport }) {
  const { name, description, enabled, workers } = optimization
  const { isSending, run } = useSending()
  const request = switchRequest(name, enabled !== true, null)
  const ids = Object.keys(workers).map(Number)
  const state = enabled === 'mixed' ? 'mixed' : enabled ? 'on' : 'off'
  return (
    <li class="switch">
      <div class="switch-line">
        <button
          type="button"
          role="switch"
          class={`toggle ${state}`}
          aria-checked={enabled === true}
          aria-label={`${name}${enabled === 'mixed' ? ', on for some workers' : ''}`}
          aria-busy={isSending}
          disabled={isSending}
          onClick={() => run(async () => void (await send(request)))}
        >
          <span class="knob" />
        </button>
        <code>{name}</code>
        <span class={`state ${state}`}>{state}</span>
        <CurlButton requests={[request]} about={`turn ${name} ${enabled === true ? 'off' : 'on'}`} />
      </div>
      <p>{description}</p>
      {ids.length > 1 && (
        <div class="per-worker">
          {ids.map(id => (
            <WorkerSwitch key={id} name={name} worker={id} isOn={workers[id] === true} />
          ))}
        </div>
      )}
    </li>
  )
}

interface WorkerSwitchProps {
  readonly name: OptimizationReport['name']
  readonly worker: number
  readonly isOn: boolean
}

function WorkerSwitch({ name, worker, isOn }: WorkerSwitchProps) {
  const { isSending, run } = useSending()
  const request = switchRequest(name, !isOn, worker)
  return (
    <span class="action">
      <button
        type="button"
        class={`chip ${isOn ? 'on' : 'off'}`}
        aria-pressed={isOn}
        aria-label={`worker ${worker}: ${isOn ? 'on' : 'off'}, ${name}`}
        disabled={isSending}
        onClick={() => run(async () => void (await send(request)))}
      >
        worker {worker}: {isOn ? 'on' : 'off'}
      </button>
      <CurlButton requests={[request]} about={`turn ${name} ${isOn ? 'off' : 'on'} on worker ${worker}`} />
    </span>
  )
}
