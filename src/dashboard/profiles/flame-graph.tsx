import { type Signal, useSignal } from '@preact/signals'
import flamegraph, { type FlameGraph as Drawing, type FlameBox } from 'd3-flame-graph'
import { select } from 'd3-selection'
import { useEffect, useRef } from 'preact/hooks'
import { scheme } from '../charts/palette.ts'
import { boxInWords, type FlameData, type FlameGraphAnswer, flameData, type Side, strength } from './flame-boxes.ts'

const REACHABLE_AFTER_MS = 50

export interface FlameGraphProps {
  readonly graph: FlameGraphAnswer
  readonly isDifference: boolean
}

/** Where it goes, or what has changed in that: every box a function, as wide as it and all that it called. */
export function FlameGraph({ graph, isDifference }: FlameGraphProps) {
  const side = useSignal<Side>('after')
  const term = useSignal('')
  const details = useSignal('')
  const holder = useRef<HTMLDivElement>(null)
  const drawing = useRef<Drawing<FlameData> | null>(null)

  useEffect(() => {
    const place = holder.current
    const data = flameData(graph, side.value)
    if (place === null || data === null) return
    const inWords = (box: FlameBox<FlameData>): string => boxInWords(box.data, graph.unit, isDifference)
    const tell = (text: string): void => {
      details.value = text
    }
    return drawnAsWideAsItsPlace(place, () => {
      drawing.current = draw(place, data, { inWords, tell, colour: box => colourOf(box, isDifference) })
    })
  }, [graph, side.value, scheme.value, isDifference])

  const find = (text: string): void => {
    term.value = text
    if (text === '') drawing.current?.clear()
    else drawing.current?.search(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  }
  return (
    <div class="flame">
      <div class="row">
        {isDifference && <Sides side={side} />}
        <input
          class="search"
          type="search"
          aria-label="Search functions"
          placeholder="function or file"
          value={term.value}
          onInput={event => find(event.currentTarget.value)}
        />
        <button type="button" onClick={() => drawing.current?.resetZoom()}>
          Reset zoom
        </button>
        {isDifference && <Colours />}
      </div>
      <p class="hint flame-details" aria-live="polite">
        {details.value === ''
          ? 'Each box is a function, its callers under it. Click, or Tab and Enter, to zoom in.'
          : details.value}
      </p>
      <div class="flame-graph" ref={holder} />
    </div>
  )
}

function Sides({ side }: { readonly side: Signal<Side> }) {
  return (
    <fieldset class="row">
      <legend class="visually-hidden">Widths of</legend>
      {(['before', 'after'] as const).map(one => (
        <label key={one} class="check">
          <input
            type="radio"
            name="side"
            checked={side.value === one}
            onChange={() => {
              side.value = one
            }}
          />
          widths of {one}
        </label>
      ))}
    </fieldset>
  )
}

function Colours() {
  return (
    <ul class="row legend" aria-label="Colours">
      <li>
        <i class="swatch more" /> takes more after
      </li>
      <li>
        <i class="swatch same" /> the same
      </li>
      <li>
        <i class="swatch less" /> takes less after
      </li>
    </ul>
  )
}

interface Manner {
  inWords(box: FlameBox<FlameData>): string
  tell(text: string): void
  colour(box: FlameBox<FlameData>): string
}

function draw(place: HTMLElement, data: FlameData, { inWords, tell, colour }: Manner): Drawing<FlameData> {
  const reach = (): void => makeReachable(place, inWords, box => chart.zoomTo(box), tell)
  const chart = flamegraph<FlameData>()
    .width(place.clientWidth)
    .cellHeight(20)
    .minFrameSize(1)
    .transitionDuration(0)
    .title('')
    .sort((a, b) => (a.data.name < b.data.name ? -1 : 1))
    .selfValue(false)
    .computeDelta(false)
    .setColorMapper(colour)
    .setLabelHandler(inWords)
    .onHover(box => tell(inWords(box)))
    .onClick(() => setTimeout(reach, REACHABLE_AFTER_MS))
    .setDetailsHandler(text => {
      if (text !== null) tell(text)
    })
  select(place).datum(data).call(chart)
  reach()
  return chart
}

/** Now, and whenever there is another width. Returns what ends it. */
function drawnAsWideAsItsPlace(place: HTMLElement, drawOnce: () => void): () => void {
  let width = -1
  const observer = new ResizeObserver(() => {
    if (place.clientWidth === width) return
    width = place.clientWidth
    place.replaceChildren()
    drawOnce()
  })
  observer.observe(place)
  return () => {
    observer.disconnect()
    place.replaceChildren()
  }
}

function colourOf(box: FlameBox<FlameData>, isDifference: boolean): string {
  if (box.highlight === true) return 'var(--hit)'
  if (!isDifference) return `color-mix(in srgb, var(--more-box) ${35 + (hashOf(box.data.name) % 40)}%, var(--same-box))`
  const how = strength(box.data)
  return `color-mix(in srgb, var(${how > 0 ? '--more-box' : '--less-box'}) ${Math.round(Math.abs(how) * 100)}%, var(--same-box))`
}

/** Neighbours get different shades, and a function always the same one. */
function hashOf(text: string): number {
  let hash = 0
  for (let index = 0; index < text.length; index++) hash = (hash * 31 + text.charCodeAt(index)) >>> 0
  return hash
}

/** Every box can be reached with Tab and opened with Enter, and says in words what its colour says. */
function makeReachable(
  place: HTMLElement,
  inWords: (box: FlameBox<FlameData>) => string,
  zoomTo: (box: FlameBox<FlameData>) => void,
  tell: (text: string) => void
): void {
  for (const element of place.querySelectorAll<SVGGElement>('svg g g')) {
    const box = select(element).datum() as FlameBox<FlameData> | undefined
    if (box?.data === undefined) continue
    element.setAttribute('tabindex', '0')
    element.setAttribute('role', 'button')
    element.setAttribute('aria-label', inWords(box))
    element.onfocus = () => tell(inWords(box))
    element.onkeydown = event => {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      zoomTo(box)
      setTimeout(() => makeReachable(place, inWords, zoomTo, tell), REACHABLE_AFTER_MS)
    }
  }
}
