import { short } from '../live/units.ts'

/** As the API tells it. */
export interface FlameGraphAnswer {
  readonly unit: string
  readonly names: readonly string[]
  readonly boxes: readonly {
    readonly name: number
    readonly parent: number
    readonly before: number
    readonly after: number
  }[]
}

export type Side = 'before' | 'after'

export interface FlameData {
  readonly name: string
  readonly before: number
  readonly after: number
  /** What is drawn as width. */
  readonly value: number
  readonly delta: number
  readonly children: FlameData[]
}

/** The tree that the library draws, as wide as one of the two sides. */
export function flameData({ names, boxes }: FlameGraphAnswer, side: Side): FlameData | null {
  const nodes: (FlameData | null)[] = []
  for (const { name, parent, before, after } of boxes) {
    const value = side === 'before' ? before : after
    const caller = parent === -1 ? null : nodes[parent]
    const isShown = value > 0 && (parent === -1 || (caller !== null && caller !== undefined))
    const node = isShown ? { name: names[name] ?? '', before, after, value, delta: after - before, children: [] } : null
    nodes.push(node)
    if (node !== null) caller?.children.push(node)
  }
  return nodes[0] ?? null
}

/** Full colour where a function has doubled or halved, or more; none where it costs the same. From -1 (less) to 1 (more). */
export function strength({ before, after }: FlameData): number {
  if (before <= 0 || after <= 0) return before === after ? 0 : after > before ? 1 : -1
  return Math.max(-1, Math.min(1, Math.log2(after / before)))
}

/** What the colour says, and the figures. */
export function boxInWords({ name, before, after }: FlameData, unit: string, isDifference: boolean): string {
  if (!isDifference) return `${name}: ${short(after)} ${unit}`
  const delta = after - before
  const what = delta === 0 ? 'the same' : `takes ${delta > 0 ? 'more' : 'less'} after`
  return `${name}: ${short(before)} before, ${short(after)} after, ${delta > 0 ? '+' : delta < 0 ? '−' : ''}${short(Math.abs(delta))} ${unit}, ${what}`
}
