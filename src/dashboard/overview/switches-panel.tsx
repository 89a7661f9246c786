import type { OptimizationReport, OptimizationsReport } from '../../contract/server-report.ts'
import { send } from '../live/api.ts'
import { switches } from '../live/lab.ts'
import { Action, CurlButton, useSending } from '../parts/action.tsx'
import { Panel } from '../parts/panel.tsx'
import { Layers } from './layers.tsx'
import { presetRequest, switchRequest } from './switch-requests.ts'

/** Every optimisation, where it is on, and the presets. */
export function SwitchesPanel() {
  const report = switches.value
  return (
    <Panel title="Switches" class="switches">
      <p class="hint">Each takes effect on live connections at their next frame. Nothing is restarted.</p>
      {report === null ? <SwitchesToCome /> : <SwitchList report={report} />}
    </Panel>
  )
}

/** As high as what will stand here. */
function SwitchesToCome() {
  return (
    <p class="loading" style={{ minHeight: '24rem' }}>
      Asking for the switches…
    </p>
  )
}

function SwitchList({ report }: { readonly report: OptimizationsReport }) {
  const { optimizations, presets, layers } = report
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
            <Action request={presetRequest(name)} name={`preset ${name}${isInForce(wanted) ? ', in force' : ''}`}>
              {name}
            </Action>
          </span>
        ))}
      </fieldset>
      <Layers layers={layers} />
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
        <CurlButton request={request} about={`turn ${name} ${enabled === true ? 'off' : 'on'}`} />
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

function WorkerSwitch({ name, worker, isOn }: { name: OptimizationReport['name']; worker: number; isOn: boolean }) {
  const { isSending, run } = useSending()
  return (
    <button
      type="button"
      class={`chip ${isOn ? 'on' : 'off'}`}
      aria-pressed={isOn}
      aria-label={`worker ${worker}: ${isOn ? 'on' : 'off'}, ${name}`}
      disabled={isSending}
      onClick={() => run(async () => void (await send(switchRequest(name, !isOn, worker))))}
    >
      worker {worker}: {isOn ? 'on' : 'off'}
    </button>
  )
}
