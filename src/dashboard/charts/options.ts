import type uPlot from 'uplot'
import type { ChartLine, Figure } from '../live/figures.ts'
import { timeline } from '../live/lab.ts'
import { TIMELINE_POINTS } from '../live/timeline.ts'
import { clock } from '../live/units.ts'
import { looked, lookedBy } from './hover.ts'
import { markerLines, markerRoomPx } from './marker-lines.ts'
import type { Palette } from './palette.ts'

/** Of a server that has just begun, no more than this is shown empty. */
const SHORTEST_SECONDS = 120
const DASHES = [5, 3]
/** Of text: everything around the lines grows with it. */
const SMALL = 0.72
const AXIS = 4.2
const TIME_AXIS = 2.4
const TIME_GAP = 0.65
const BETWEEN_VALUES = 3.1
const BETWEEN_TIMES = 6.4
const AFTER = 2

/** How uPlot draws a figure: the same ten minutes on all charts, one cursor for them all, and no legend of its own. */
export function chartOptions(
  figure: Figure,
  lines: readonly ChartLine[],
  place: HTMLElement,
  palette: Palette
): uPlot.Options {
  const text = textPx()
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [markerRoomPx(text), AFTER * text, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false, setScale: false },
      points: { size: 7 },
      sync: { key: 'time' }
    },
    scales: {
      x: {
        time: true,
        range: (_plot, min, max) => [Math.max(max - TIMELINE_POINTS, Math.min(min, max - SHORTEST_SECONDS)), max]
      },
      y: { range: (_plot, _min, max) => [0, top(figure, max)] }
    },
    axes: axes(figure, lines, palette, text),
    series: [
      {},
      ...lines.map(({ title, colour, isDashed }) => ({
        label: title,
        stroke: palette.series(colour),
        width: 1.75,
        points: { show: false },
        spanGaps: false,
        ...(isDashed ? { dash: DASHES } : {}),
        ...(lines.length === 1 ? { fill: `${palette.series(colour)}1c` } : {})
      }))
    ],
    hooks: {
      setCursor: [
        plot => {
          const { idx, left } = plot.cursor
          // Told by the chart under the pointer; the others only follow it.
          if (plot.cursor.event === null || plot.cursor.event === undefined) return
          lookedBy.value = 'pointer'
          looked.value = idx === null || idx === undefined || (left ?? -1) < 0 ? null : (plot.data[0][idx] ?? null)
        }
      ]
    },
    plugins: [markerLines(palette, text)]
  }
}

function axes(figure: Figure, lines: readonly ChartLine[], palette: Palette, text: number): uPlot.Axis[] {
  const axis = {
    stroke: palette.muted,
    font: `${text}px system-ui, sans-serif`,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false }
  }
  // Where nothing is known, a scale would say something of nothing.
  const isKnown = (): boolean => lines.some(({ column }) => timeline.isKnown(column))
  return [
    {
      ...axis,
      size: TIME_AXIS * text,
      gap: TIME_GAP * text,
      space: BETWEEN_TIMES * text,
      values: (_plot, times, _axis, _space, seconds) =>
        times.map(time => (seconds < 60 ? clock(time) : clock(time).slice(0, 5)))
    },
    {
      ...axis,
      size: AXIS * text,
      gap: 4,
      space: BETWEEN_VALUES * text,
      values: (_plot, values) => values.map(value => (isKnown() ? axisText(figure, value) : ''))
    }
  ]
}

const axisText = ({ write }: Figure, value: number): string => (value === 0 ? '0' : write(value))

/** As large as the small text of the page, which grows with the screen. */
function textPx(): number {
  return Math.round(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * SMALL)
}

/** A little room above the highest value; percentages have a top of their own. */
function top({ unit }: Figure, max: number | null): number {
  if (unit === '%') return 100
  return max === null || max <= 0 ? 1 : max * 1.12
}
