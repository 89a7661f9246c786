import type { FlameBox } from 'd3-flame-graph'
import { select } from 'd3-selection'
import type { FlameData } from './flame-boxes.ts'

type Box = FlameBox<FlameData>

export interface FlameKeys {
  inWords(box: Box): string
  tell(text: string): void
  zoomTo(box: Box): void
  resetZoom(): void
}

/**
 * One stop for Tab, and arrows from there: up to what a function called, down to its caller, sideways to its neighbours. Each
 * box says in words what its colour says. To be called again whenever boxes have been drawn.
 */
export function reachByKeys(place: HTMLElement, keys: FlameKeys): void {
  const elements = new Map<Box, SVGGElement>()
  for (const element of place.querySelectorAll<SVGGElement>('svg g')) {
    const box = select(element).datum() as Box | undefined
    if (box?.data !== undefined) elements.set(box, element)
  }
  const root = [...elements.keys()].find(({ parent }) => parent === null)
  const focused = [...elements].find(([, element]) => element === document.activeElement)?.[0]
  for (const [box, element] of elements) {
    element.setAttribute('tabindex', box === (focused ?? root) ? '0' : '-1')
    element.setAttribute('role', 'button')
    element.setAttribute('aria-label', keys.inWords(box))
    element.onfocus = () => {
      for (const other of elements.values()) other.setAttribute('tabindex', other === element ? '0' : '-1')
      keys.tell(keys.inWords(box))
    }
    element.onkeydown = event => {
      if (event.key === 'Enter' || event.key === ' ') keys.zoomTo(box)
      else if (event.key === 'Escape') keys.resetZoom()
      else if (event.key in steps) nearest(box, event.key, elements)?.focus()
      else return
      event.preventDefault()
    }
  }
}

type Step = (box: Box) => readonly (Box | null | undefined)[]

const besides = (box: Box): readonly Box[] => box.parent?.children ?? [box]
const widestFirst = (a: Box, b: Box): number => (b.value ?? 0) - (a.value ?? 0)

/** Where a key leads, the best place first: not every box is wide enough to be drawn. */
const steps: Readonly<Record<string, Step>> = {
  ArrowUp: ({ children = [] }) => [...children].sort(widestFirst),
  ArrowDown: ({ parent }) => [parent],
  ArrowLeft: box => besides(box).slice(0, besides(box).indexOf(box)).reverse(),
  ArrowRight: box => besides(box).slice(besides(box).indexOf(box) + 1)
}

function nearest(box: Box, key: string, elements: ReadonlyMap<Box, SVGGElement>): SVGGElement | undefined {
  for (const next of steps[key]?.(box) ?? []) {
    const element = next === null || next === undefined ? undefined : elements.get(next)
    if (element !== undefined) return element
  }
  return undefined
}
