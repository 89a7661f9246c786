import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { type ChartLine, type Figure, linesOf } from '../live/figures.ts'
import { instant, markers, timeline } from '../live/lab.ts'
import { looked, lookedBy, lookedIndex } from './hover.ts'
import { chartOptions } from './options.ts'
import { palette, SERIES, scheme } from './palette.ts'

export interface ChartProps {
  readonly figure: Figure
  /** Each by itself; null is all together. */
  readonly workers: readonly number[] | null
  readonly isExplained: boolean
}

/** One figure over the last ten minutes, with the values of the instant looked at. */
export function Chart({ figure, workers, isExplained }: ChartProps) {
  const lines = linesOf(figure, workers)
  return (
    <figure class="chart" data-figure={figure.name}>
      <figcaption>
        <h3>
          {figure.title} <small>{figure.unit}</small>
        </h3>
        <Values figure={figure} lines={lines} />
      </figcaption>
      {isExplained && <p class="hint">{figure.meaning}</p>}
      <div class="plot-place">
        <Plot key={lines.map(({ column }) => column).join()} figure={figure} lines={lines} />
        <WhenEmpty figure={figure} lines={lines} />
      </div>
    </figure>
  )
}

interface LinesProps {
  readonly figure: Figure
  readonly lines: readonly ChartLine[]
}

function Values({ figure, lines }: LinesProps) {
  const index = lookedIndex.value
  const write = looked.value === null ? figure.write : figure.writeExactly
  return (
    <dl class="values">
      {lines.map(({ column, title, colour, isDashed }) => (
        <div key={column}>
          <dt class={lines.length === 1 ? 'visually-hidden' : ''}>
            <i class={`dot series-${(colour % SERIES) + 1} ${isDashed ? 'dashed' : ''}`} />
            {title}
          </dt>
          <dd>{write(timeline.at(column, index))}</dd>
        </div>
      ))}
    </dl>
  )
}

/** An empty chart does not say why it is. */
function WhenEmpty({ figure, lines }: LinesProps) {
  instant.value
  if (figure.whenEmpty === '' || lines.some(({ column }) => timeline.isKnown(column))) return null
  return <p class="when-empty">{figure.whenEmpty}</p>
}

function Plot({ figure, lines }: LinesProps) {
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
      place.setAttribute('aria-label', inWords({ figure, lines }))
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

  return <div class="plot" ref={holder} role="img" />
}

function inWords({ figure, lines }: LinesProps): string {
  const now = lines.map(({ column, title }) => `${title} ${figure.write(timeline.latest(column))}`).join(', ')
  return `${figure.title} over ten minutes; now ${now} ${figure.unit}`
}
