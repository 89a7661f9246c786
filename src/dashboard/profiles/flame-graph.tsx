import { type Signal, useSignal } from '@preact/signals'
import flamegraph, { type FlameGraph as Drawing, type FlameBox } from 'd3-flame-graph'
import { select } from 'd3-selection'
import { useEffect, useRef } from 'preact/hooks'
import { scheme } from '../charts/palette.ts'
import { boxInWords, type FlameData, type FlameGraphAnswer, flameData, type Side, strength } from './flame-boxes.ts'
import { reachByKeys } from './flame-keys.ts'

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
  const drawing = useRef<Drawn | null>(null)

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
      <p class="hint flame-details">
        {details.value === ''
          ? 'Each box is a function, its caller under it. Click, or arrow keys and Enter, to zoom in; Escape to zoom out.'
          : details.value}
      </p>
      <section class="flame-graph" ref={holder} aria-label="Flame graph" />
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

type Drawn = Pick<Drawing<FlameData>, 'search' | 'clear'> & { resetZoom(): void }

interface Manner {
  inWords(box: FlameBox<FlameData>): string
  tell(text: string): void
  colour(box: FlameBox<FlameData>): string
}

function draw(place: HTMLElement, data: FlameData, { inWords, tell, colour }: Manner): Drawn {
  const reach = (): void => reachByKeys(place, { inWords, tell, zoomTo, resetZoom })
  const reachSoon = (): void => void setTimeout(reach, REACHABLE_AFTER_MS)
  const zoomTo = (box: FlameBox<FlameData>): void => {
    chart.zoomTo(box)
    reachSoon()
  }
  const resetZoom = (): void => {
    chart.resetZoom()
    reachSoon()
  }
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
    .onClick(reachSoon)
    .setDetailsHandler(text => {
      if (text !== null) tell(text)
    })
  select(place).datum(data).call(chart)
  reach()
  return { search: text => chart.search(text), clear: () => chart.clear(), resetZoom }
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
