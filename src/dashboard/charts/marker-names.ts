import type { Marker } from '../live/markers.ts'

/** Where the names of markers go, so that each is read and none runs into another. */

export interface MarkedPlace extends Pick<Marker, 'kind' | 'name'> {
  readonly x: number
}

export interface NamePlace extends Pick<Marker, 'kind'> {
  readonly text: string
  readonly left: number
  /** Above the chart, counted from it; of no concern to one that is upright. */
  readonly row: number
  /** Along its line, within the chart. */
  readonly isUpright: boolean
}

export interface NameRoom {
  readonly left: number
  readonly right: number
  /** Of the chart: how long an upright name may be. */
  readonly height: number
  readonly rows: number
  /** Of text. */
  readonly line: number
}

type Widths = (text: string) => number
interface Stretch {
  readonly from: number
  readonly to: number
}

/** In a row above the chart while there is room, along its line where there is none; what is too close shares a name. */
export function placeNames(places: readonly MarkedPlace[], room: NameRoom, widthOf: Widths): readonly NamePlace[] {
  const taken: Stretch[][] = Array.from({ length: room.rows }, () => [])
  // Newest first: where rows are full, it is the latest that is read most easily.
  return groupsOf(places, room.line).map(group => {
    const { x, kind } = group.at(-1) as MarkedPlace
    const text = group.map(({ name }) => name).join(', ')
    return inRow(x, text, kind, taken, room, widthOf) ?? upright(group, x, kind, room, widthOf)
  })
}

/** Of places too close for a line of text between them; newest first, each with its oldest first. */
function groupsOf(places: readonly MarkedPlace[], line: number): readonly (readonly MarkedPlace[])[] {
  const groups: MarkedPlace[][] = []
  for (const place of [...places].sort((a, b) => b.x - a.x)) {
    const group = groups.at(-1)
    if (group !== undefined && (group.at(-1) as MarkedPlace).x - place.x < line) group.unshift(place)
    else groups.push([place])
  }
  return groups
}

function inRow(
  x: number,
  text: string,
  kind: Marker['kind'],
  taken: readonly Stretch[][],
  room: NameRoom,
  widthOf: Widths
): NamePlace | null {
  const width = widthOf(text)
  const gap = room.line / 2
  for (const left of [x, x - width]) {
    if (left < room.left || left + width > room.right) continue
    const row = taken.findIndex(stretches =>
      stretches.every(({ from, to }) => left > to + gap || left + width < from - gap)
    )
    if (row === -1) continue
    taken[row]?.push({ from: left, to: left + width })
    return { text, kind, left, row, isUpright: false }
  }
  return null
}

function upright(
  group: readonly MarkedPlace[],
  x: number,
  kind: Marker['kind'],
  room: NameRoom,
  widthOf: Widths
): NamePlace {
  const names = group.map(({ name }) => name)
  const whole = names.join(', ')
  const text = widthOf(whole) <= room.height ? whole : shortened(names, room.height, widthOf)
  return { text, kind, left: x - room.line < room.left ? x : x - room.line, row: 0, isUpright: true }
}

/** The latest name, and how many more there are. */
function shortened(names: readonly string[], most: number, widthOf: Widths): string {
  const more = names.length > 1 ? ` +${names.length - 1}` : ''
  let name = names.at(-1) ?? ''
  while (name.length > 1 && widthOf(`${name}…${more}`) > most) name = name.slice(0, -1)
  return name === names.at(-1) ? `${name}${more}` : `${name}…${more}`
}
