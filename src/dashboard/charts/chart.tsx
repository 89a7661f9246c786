import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import type { ChartLine, Figure } from '../live/figures.ts'
import { instant, markers, timeline, workerIds } from '../live/lab.ts'
import { short } from '../live/units.ts'
import { looked, lookedBy, lookedIndex } from './hover.ts'
import { chartOptions } from './options.ts'
import { palette, scheme } from './palette.ts'

/** Its lines for all workers together, or one for each worker where such are known. */
export function linesOf(figure: Figure, perWorker: boolean): readonly ChartLine[] {
  if (!perWorker || !figure.perWorker) return figure.lines
  return workerIds.value.map(id => ({ column: `${figure.name}/${id}`, title: `worker ${id}` }))
}

/** One figure over the last ten minutes, with the values of the instant looked at. */
export function Chart({ figure, perWorker }: { readonly figure: Figure; readonly perWorker: boolean }) {
  const lines = linesOf(figure, perWorker)
  return (
    <figure class="chart" data-figure={figure.name}>
      <figcaption>
        <h3 title={figure.meaning}>
          {figure.title} <small>{figure.unit}</small>
        </h3>
        <Values lines={lines} />
      </figcaption>
      <Plot key={lines.map(({ column }) => column).join()} figure={figure} lines={lines} />
    </figure>
  )
}

function Values({ lines }: { readonly lines: readonly ChartLine[] }) {
  const index = lookedIndex.value
  return (
    <dl class="values">
      {lines.map(({ column, title }, place) => (
        <div key={column}>
          <dt class={lines.length === 1 ? 'visually-hidden' : ''}>
            <i class={`dot series-${(place % 6) + 1}`} />
            {title}
          </dt>
          <dd>{short(timeline.at(column, index))}</dd>
        </div>
      ))}
    </dl>
  )
}

function Plot({ figure, lines }: { readonly figure: Figure; readonly lines: readonly ChartLine[] }) {
  const holder = useRef<HTMLDivElement>(null)

  useEffect(() => {
    const place = holder.current
    if (place === null) return
    let plot: uPlot | undefined
    const data = (): uPlot.AlignedData =>
      [timeline.times, ...lines.map(({ column }) => timeline.column(column))] as uPlot.AlignedData
    // Made anew when light becomes dark: its colours are drawn, not styled.
    const stopMaking = effect(() => {
      scheme.value
      plot?.destroy()
      plot = new uPlot(chartOptions(figure, lines, place, palette()), data(), place)
    })
    const stopFeeding = effect(() => {
      instant.value
      markers.value
      plot?.setData(data())
    })
    const stopPointing = effect(() => {
      instant.value
      if (lookedBy.value === 'pointer') return
      const time = looked.value
      plot?.setCursor(time === null ? { left: -10, top: -10 } : { left: plot.valToPos(time, 'x'), top: 10 }, false)
    })
    const observer = new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: place.clientHeight }))
    observer.observe(place)
    return () => {
      observer.disconnect()
      stopMaking()
      stopFeeding()
      stopPointing()
      plot?.destroy()
    }
  }, [])

  const now = lines.map(({ column, title }) => `${title} ${short(timeline.latest(column))}`).join(', ')
  return (
    <div
      class="plot"
      ref={holder}
      role="img"
      aria-label={`${figure.title} over ten minutes; now ${now} ${figure.unit}`}
    />
  )
}
