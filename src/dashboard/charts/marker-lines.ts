import type uPlot from 'uplot'
import { markers } from '../live/lab.ts'
import type { Palette } from './palette.ts'

/** Above the lines there is room for so many rows of their names. */
const ROWS = 2
const ROW_PX = 12
export const MARKER_ROOM_PX = ROWS * ROW_PX + 4
const GAP_PX = 6

/** Draws what happened as lines with names. A name that finds no room is left out: the list has it. */
export function markerLines(palette: Palette): uPlot.Plugin {
  return {
    hooks: {
      draw: plot => {
        const { ctx, bbox, scales } = plot
        const { min = 0, max = 0 } = scales.x ?? {}
        const pixels = devicePixelRatio
        ctx.save()
        ctx.font = `${11 * pixels}px system-ui, sans-serif`
        ctx.textAlign = 'left'
        ctx.textBaseline = 'bottom'
        ctx.lineWidth = pixels
        // Newest first: where names would run into each other, the latest is the one that is read.
        const taken = Array<number>(ROWS).fill(Number.POSITIVE_INFINITY)
        for (const { time, kind, name } of markers.value.toReversed()) {
          if (time < (min as number) || time > (max as number)) continue
          const x = Math.round(plot.valToPos(time, 'x', true))
          ctx.strokeStyle = palette.marker(kind)
          ctx.setLineDash([3 * pixels, 3 * pixels])
          ctx.beginPath()
          ctx.moveTo(x, bbox.top)
          ctx.lineTo(x, bbox.top + bbox.height)
          ctx.stroke()
          const width = ctx.measureText(name).width
          const left = Math.min(x, bbox.left + bbox.width - width)
          const row = taken.findIndex(from => left + width < from)
          if (row === -1) continue
          taken[row] = left - GAP_PX * pixels
          ctx.fillStyle = palette.marker(kind)
          ctx.fillText(name, left, bbox.top - (2 + row * ROW_PX) * pixels)
        }
        ctx.restore()
      }
    }
  }
}
