import type uPlot from 'uplot'
import { markers } from '../live/lab.ts'
import { type NamePlace, placeNames } from './marker-names.ts'
import type { Palette } from './palette.ts'

/** Above the lines there is room for so many rows of their names. */
const ROWS = 2
const LINE = 1.1
const HALO_PX = 3

export const markerRoomPx = (text: number): number => ROWS * LINE * text + 4

/** Draws what happened as lines with names in text of this size. */
export function markerLines(palette: Palette, text: number): uPlot.Plugin {
  return {
    hooks: {
      draw: plot => {
        const { ctx, bbox, scales } = plot
        const { min = 0, max = 0 } = scales.x ?? {}
        const pixels = devicePixelRatio
        const shown = markers.value
          .filter(({ time }) => time >= (min as number) && time <= (max as number))
          .map(({ time, kind, name }) => ({ x: Math.round(plot.valToPos(time, 'x', true)), kind, name }))
        ctx.save()
        ctx.font = `${text * pixels}px system-ui, sans-serif`
        ctx.lineWidth = pixels
        ctx.setLineDash([3 * pixels, 3 * pixels])
        for (const { x, kind } of shown) {
          ctx.strokeStyle = palette.marker(kind)
          ctx.beginPath()
          ctx.moveTo(x, bbox.top)
          ctx.lineTo(x, bbox.top + bbox.height)
          ctx.stroke()
        }
        ctx.setLineDash([])
        const line = LINE * text * pixels
        const room = { left: bbox.left, right: ctx.canvas.width, height: bbox.height, rows: ROWS, line }
        for (const place of placeNames(shown, room, text => ctx.measureText(text).width)) {
          ctx.fillStyle = palette.marker(place.kind)
          drawName(ctx, place, { top: bbox.top, line, pixels, surface: palette.surface })
        }
        ctx.restore()
      }
    }
  }
}

interface NameManner {
  readonly top: number
  readonly line: number
  /** Of the screen to one of the page. */
  readonly pixels: number
  readonly surface: string
}

function drawName(
  ctx: CanvasRenderingContext2D,
  { text, left, row, isUpright }: NamePlace,
  { top, line, pixels, surface }: NameManner
): void {
  ctx.save()
  if (isUpright) {
    // It stands on what is drawn: a rim keeps it readable.
    ctx.translate(left, top + 2 * pixels)
    ctx.rotate(-Math.PI / 2)
    ctx.textAlign = 'right'
    ctx.textBaseline = 'top'
    ctx.strokeStyle = surface
    ctx.lineWidth = HALO_PX * pixels
    ctx.lineJoin = 'round'
    ctx.strokeText(text, 0, 0)
    ctx.fillText(text, 0, 0)
  } else {
    ctx.textAlign = 'left'
    ctx.textBaseline = 'bottom'
    ctx.fillText(text, left, top - 2 * pixels - row * line)
  }
  ctx.restore()
}
