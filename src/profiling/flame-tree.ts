import { describeFrame } from './stack-frame.ts'
import { ROOT, type StackTree } from './stack-tree.ts'

/** A box of the flame graph: what its function and all that it called cost before and after. */
export interface FlameNode {
  readonly name: string
  readonly before: number
  readonly after: number
  readonly children: FlameNode[]
}

/** Narrower than this part of the whole, in both profiles, is no box that anybody could see. */
const NARROWEST = 0.0005
const MAX_BOXES = 20_000

/** Both profiles as one tree for drawing, without idle time. */
export function flameTree(tree: StackTree, before: readonly number[], after: readonly number[]): FlameNode {
  const busy = (weights: readonly number[]): number[] =>
    tree.inclusive(weights.map((weight, node) => (tree.frameAt(node)?.category === 'idle' ? 0 : weight)))
  const sums = { before: busy(before), after: busy(after) }
  const least = { before: (sums.before[ROOT] ?? 0) * NARROWEST, after: (sums.after[ROOT] ?? 0) * NARROWEST }
  const boxes: (FlameNode | null)[] = []
  let count = 0
  for (let node = 0; node < tree.size; node++) {
    const own = { before: sums.before[node] as number, after: sums.after[node] as number }
    const parent = node === ROOT ? null : boxes[tree.parents[node] as number]
    const isWide = own.before > least.before || own.after > least.after
    if (parent === undefined || (node !== ROOT && (parent === null || !isWide || count >= MAX_BOXES))) {
      boxes.push(null)
      continue
    }
    const frame = tree.frameAt(node)
    const box: FlameNode = { name: frame === null ? 'all' : describeFrame(frame), ...own, children: [] }
    parent?.children.push(box)
    boxes.push(box)
    count++
  }
  return boxes[0] as FlameNode
}
