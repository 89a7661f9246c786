import type uPlot from 'uplot'
import type { ChartLine, Figure } from '../live/figures.ts'
import { TIMELINE_POINTS } from '../live/timeline.ts'
import { clock, short } from '../live/units.ts'
import { looked, lookedBy } from './hover.ts'
import { MARKER_ROOM_PX, markerLines } from './marker-lines.ts'
import type { Palette } from './palette.ts'

/** Of a server that has just begun, no more than this is shown empty. */
const SHORTEST_SECONDS = 120
const SMALL = 0.72
const AXIS_PX = 46
const TIME_AXIS_PX = 22

/** How uPlot draws a figure: the same ten minutes on all charts, one cursor for them all, and no legend of its own. */
export function chartOptions(
  figure: Figure,
  lines: readonly ChartLine[],
  place: HTMLElement,
  palette: Palette
): uPlot.Options {
  const axis = {
    stroke: palette.muted,
    font: `${textPx()}px system-ui, sans-serif`,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { show: false }
  }
  return {
    width: place.clientWidth,
    height: place.clientHeight,
    padding: [MARKER_ROOM_PX, 16, 0, 0],
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
    axes: [
      {
        ...axis,
        size: TIME_AXIS_PX,
        gap: 2,
        space: 70,
        values: (_plot, times, _axis, _space, seconds) =>
          times.map(time => (seconds < 60 ? clock(time) : clock(time).slice(0, 5)))
      },
      { ...axis, size: AXIS_PX, gap: 4, space: 34, values: (_plot, values) => values.map(value => short(value)) }
    ],
    series: [
      {},
      ...lines.map(({ title }, index) => ({
        label: title,
        stroke: palette.series(index),
        width: 1.75,
        points: { show: false },
        spanGaps: false,
        ...(lines.length === 1 ? { fill: `${palette.series(index)}1c` } : {})
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
    plugins: [markerLines(palette)]
  }
}

/** As large as the small text of the page, which grows with the screen. */
function textPx(): number {
  return Math.round(Number.parseFloat(getComputedStyle(document.documentElement).fontSize) * SMALL)
}

/** A little room above the highest value; percentages have a top of their own. */
function top({ unit }: Figure, max: number | null): number {
  if (unit === '%') return 100
  return max === null || max <= 0 ? 1 : max * 1.12
}
