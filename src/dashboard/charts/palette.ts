import { signal } from '@preact/signals'
import type { Marker } from '../live/markers.ts'

/** The style sheet's colours, for what is drawn on canvas. */
export interface Palette {
  /** Behind text that stands on lines. */
  readonly surface: string
  readonly muted: string
  readonly grid: string
  series(index: number): string
  marker(kind: Marker['kind']): string
}

export const SERIES = 6

export function palette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const colour = (name: string): string => style.getPropertyValue(name).trim()
  return {
    surface: colour('--surface'),
    muted: colour('--muted'),
    grid: colour('--grid'),
    series: index => colour(`--series-${(index % SERIES) + 1}`),
    marker: kind => colour(`--marker-${kind}`)
  }
}

/** Rises when light becomes dark or the other way round: what is on canvas must be drawn again. */
export const scheme = signal(0)
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => scheme.value++)
