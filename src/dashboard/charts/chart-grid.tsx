import { useSignal } from '@preact/signals'
import { figures } from '../live/figures.ts'
import { instant, timeline, workerIds } from '../live/lab.ts'
import { clock } from '../live/units.ts'
import { Chart } from './chart.tsx'
import { looked, lookedBy, lookedIndex } from './hover.ts'

/** All figures over the same ten minutes. The slider does for the keyboard what the pointer does over a chart. */
export function ChartGrid() {
  const perWorker = useSignal(false)
  return (
    <section class="charts" aria-label="Charts of the last ten minutes">
      <div class="charts-bar">
        <Moment />
        <label class="check">
          <input
            type="checkbox"
            checked={perWorker.value}
            disabled={workerIds.value.length < 2}
            onChange={event => {
              perWorker.value = event.currentTarget.checked
            }}
          />
          each worker by itself
        </label>
      </div>
      <div class="grid">
        {figures.map(figure => (
          <Chart key={figure.name} figure={figure} perWorker={perWorker.value} />
        ))}
      </div>
    </section>
  )
}

function Moment() {
  instant.value
  const last = Math.max(0, timeline.length - 1)
  const index = Math.max(0, lookedIndex.value)
  const time = timeline.times[index]
  const isNow = looked.value === null
  const words = time === undefined ? 'no figures yet' : isNow ? `now, ${clock(time)}` : clock(time)
  return (
    <label class="moment">
      <span>Values at</span>
      <input
        type="range"
        min={0}
        max={last}
        value={index}
        aria-valuetext={words}
        onInput={event => {
          const chosen = Number(event.currentTarget.value)
          lookedBy.value = 'slider'
          looked.value = chosen >= last ? null : (timeline.times[chosen] ?? null)
        }}
      />
      <output>{words}</output>
    </label>
  )
}
