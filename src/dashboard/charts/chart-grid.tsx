import { useSignal } from '@preact/signals'
import { figures } from '../live/figures.ts'
import { instant, timeline, workerIds } from '../live/lab.ts'
import { clock } from '../live/units.ts'
import { Chart } from './chart.tsx'
import { looked, lookedBy, lookedIndex, lookedMarkers } from './hover.ts'

export interface ChartGridProps {
  /** Which figures; all of them unless given. */
  readonly names?: readonly string[]
}

/** Figures over the same ten minutes. The slider does for the keyboard what the pointer does over a chart. */
export function ChartGrid({ names }: ChartGridProps) {
  const perWorker = useSignal(false)
  const explained = useSignal(false)
  const shown = figures.filter(({ name }) => names?.includes(name) ?? true)
  return (
    <section class="charts" aria-label="Charts of the last ten minutes">
      <div class="charts-bar">
        <Moment />
        <span class="row">
          <Check title="explain" isOn={explained} />
          {workerIds.value.length > 1 && <Check title="each worker by itself" isOn={perWorker} />}
        </span>
      </div>
      <div class="grid">
        {shown.map(figure => (
          <Chart
            key={figure.name}
            figure={figure}
            workers={perWorker.value ? workerIds.value : null}
            isExplained={explained.value}
          />
        ))}
      </div>
    </section>
  )
}

function Check({ title, isOn }: { readonly title: string; readonly isOn: { value: boolean } }) {
  return (
    <label class="check">
      <input
        type="checkbox"
        checked={isOn.value}
        onChange={event => {
          isOn.value = event.currentTarget.checked
        }}
      />
      {title}
    </label>
  )
}

function Moment() {
  instant.value
  const last = Math.max(0, timeline.length - 1)
  const index = Math.max(0, lookedIndex.value)
  const time = timeline.times[index]
  const isNow = looked.value === null
  const happened = lookedMarkers.value.map(({ name }) => name).join(', ')
  const then = time === undefined ? 'no figures yet' : clock(time)
  return (
    <label class="moment">
      <span>Values at</span>
      <input
        type="range"
        min={0}
        max={last}
        value={index}
        // Not the time of now: a screen reader would tell it every second.
        aria-valuetext={isNow ? 'now' : `${then}${happened === '' ? '' : `: ${happened}`}`}
        onInput={event => {
          const chosen = Number(event.currentTarget.value)
          lookedBy.value = 'slider'
          looked.value = chosen >= last ? null : (timeline.times[chosen] ?? null)
        }}
      />
      <span class="then" aria-hidden="true">
        {isNow ? `now, ${then}` : then} <b>{happened}</b>
      </span>
    </label>
  )
}
