import { type Category, categories, type StackFrame } from './stack-frame.ts'
import { ROOT, StackTree } from './stack-tree.ts'

export const norms = ['frames', 'seconds', 'total'] as const
/** What is compared: the cost of a frame, of a second, or of the whole capture. */
export type Norm = (typeof norms)[number]

/** Stacks, and the work that was done meanwhile. */
export interface MeasuredStacks {
  readonly tree: StackTree
  readonly frames: number
  readonly seconds: number
  /** Weight of one sample, for the uncertainty. */
  readonly quantum: number
}

export interface Amounts {
  readonly before: number
  readonly after: number
  readonly delta: number
}

export interface DifferenceRow extends Amounts {
  readonly function: string
  readonly file: string
  readonly line: number
  readonly category: Category
  /** With all that it called. */
  readonly inclusive: Amounts
  /** One standard error of `delta`, from sampling alone. */
  readonly standardError: number
  readonly change: 'new' | 'vanished' | 'both'
}

/** What changed. Idle time is told among the categories and is in neither rows nor totals: it is no cost. */
export interface Difference {
  readonly norm: Norm
  readonly totals: Amounts
  readonly categories: Readonly<Record<Category, Amounts>>
  /** Largest change first. Their sums are the totals. */
  readonly rows: readonly DifferenceRow[]
}

/** Both on one tree, weights already divided. */
export interface PairedStacks {
  readonly tree: StackTree
  readonly before: readonly number[]
  readonly after: readonly number[]
}

/** Nothing can be said per frame where no frame came. */
export class NothingToDivideByError extends Error {
  readonly code = 'FRAMELAB_NOTHING_TO_DIVIDE_BY'
  constructor(side: 'before' | 'after', norm: Norm) {
    super(`the profile ${side} has no ${norm} to divide by`)
    this.name = 'NothingToDivideByError'
  }
}

export function pairStacks(before: MeasuredStacks, after: MeasuredStacks, norm: Norm): PairedStacks {
  const tree = new StackTree()
  const beforeNodes = tree.graft(before.tree)
  const afterNodes = tree.graft(after.tree)
  return {
    tree,
    before: spread(tree.size, before.tree, beforeNodes, divisorOf(before, norm, 'before')),
    after: spread(tree.size, after.tree, afterNodes, divisorOf(after, norm, 'after'))
  }
}

/** Throws NothingToDivideByError. */
export function difference(before: MeasuredStacks, after: MeasuredStacks, norm: Norm): Difference {
  const paired = pairStacks(before, after, norm)
  const self = { before: byFrame(paired.tree, paired.before), after: byFrame(paired.tree, paired.after) }
  const all = {
    before: inclusiveByFrame(paired.tree, paired.before),
    after: inclusiveByFrame(paired.tree, paired.after)
  }
  const quanta = {
    before: before.quantum / divisorOf(before, norm, 'before'),
    after: after.quantum / divisorOf(after, norm, 'after')
  }
  const sums = Object.fromEntries(categories.map(category => [category, { before: 0, after: 0 }])) as Record<
    Category,
    { before: number; after: number }
  >
  const rows: DifferenceRow[] = []
  for (const [id, frame] of paired.tree.frames.entries()) {
    const own = amounts(self.before[id] as number, self.after[id] as number)
    sums[frame.category].before += own.before
    sums[frame.category].after += own.after
    const inclusive = amounts(all.before[id] as number, all.after[id] as number)
    if (frame.category === 'idle' || (inclusive.before === 0 && inclusive.after === 0)) continue
    rows.push(rowOf(frame, own, inclusive, Math.sqrt(own.before * quanta.before + own.after * quanta.after)))
  }
  rows.sort(
    (a, b) => Math.abs(b.delta) - Math.abs(a.delta) || Math.abs(b.inclusive.delta) - Math.abs(a.inclusive.delta)
  )
  const costs = categories.filter(category => category !== 'idle')
  return {
    norm,
    totals: amounts(
      costs.reduce((sum, category) => sum + sums[category].before, 0),
      costs.reduce((sum, category) => sum + sums[category].after, 0)
    ),
    categories: Object.fromEntries(
      categories.map(category => [category, amounts(sums[category].before, sums[category].after)])
    ) as Record<Category, Amounts>,
    rows
  }
}

function rowOf(frame: StackFrame, own: Amounts, inclusive: Amounts, standardError: number): DifferenceRow {
  const { functionName, file, line, category } = frame
  const change = inclusive.before === 0 ? 'new' : inclusive.after === 0 ? 'vanished' : 'both'
  return { function: functionName, file, line, category, ...own, inclusive, standardError, change }
}

export function sumOf(rows: readonly Amounts[]): Amounts {
  const sum = (side: 'before' | 'after'): number => rows.reduce((total, row) => total + row[side], 0)
  return amounts(sum('before'), sum('after'))
}

const amounts = (before: number, after: number): Amounts => ({ before, after, delta: after - before })

function divisorOf({ frames, seconds }: MeasuredStacks, norm: Norm, side: 'before' | 'after'): number {
  const divisor = { frames, seconds, total: 1 }[norm]
  if (!(divisor > 0)) throw new NothingToDivideByError(side, norm)
  return divisor
}

function spread(size: number, tree: StackTree, nodes: readonly number[], divisor: number): number[] {
  const weights = Array<number>(size).fill(0)
  for (const [node, here] of nodes.entries()) weights[here] = (tree.self[node] as number) / divisor
  return weights
}

function byFrame(tree: StackTree, self: readonly number[]): number[] {
  const sums = tree.frames.map(() => 0)
  for (let node = 1; node < tree.size; node++) {
    const frame = tree.frameOf[node] as number
    sums[frame] = (sums[frame] as number) + (self[node] as number)
  }
  return sums
}

/** A function that calls itself counts once a stack: only its outermost call does. */
function inclusiveByFrame(tree: StackTree, self: readonly number[]): number[] {
  const sums = tree.frames.map(() => 0)
  const inclusive = tree.inclusive(self)
  for (let node = 1; node < tree.size; node++) {
    const frame = tree.frameOf[node] as number
    if (!isCalledFrom(tree, node, frame)) sums[frame] = (sums[frame] as number) + (inclusive[node] as number)
  }
  return sums
}

function isCalledFrom(tree: StackTree, node: number, frame: number): boolean {
  for (let at = tree.parents[node] as number; at > ROOT; at = tree.parents[at] as number) {
    if (tree.frameOf[at] === frame) return true
  }
  return false
}
