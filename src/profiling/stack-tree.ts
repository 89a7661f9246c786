import type { StackFrame } from './stack-frame.ts'

/** More distinct stacks than any capture has; a file that claims more is refused. */
export const MAX_NODES = 500_000
export const MAX_DEPTH = 2_000

/** Node 0 stands for all stacks together. */
export const ROOT = 0

/**
 * Weighted stacks, as a tree in which equal beginnings are one path. A node comes behind its parent, so one pass forwards
 * or backwards sees every parent first or last, and nothing here needs recursion.
 */
export class StackTree {
  readonly frames: StackFrame[] = []
  readonly parents: number[] = [-1]
  /** Index into `frames`; the root has none. */
  readonly frameOf: number[] = [-1]
  /** Of the stack that ends at this node. */
  readonly self: number[] = [0]
  readonly #frameIds = new Map<string, number>()
  readonly #children = new Map<number, number>()

  get size(): number {
    return this.parents.length
  }

  get total(): number {
    return this.self.reduce((sum, weight) => sum + weight, 0)
  }

  /** The node of `frame` called from `parent`; made when there is none yet. */
  child(parent: number, frame: StackFrame): number {
    const frameId = this.#idOf(frame)
    const key = parent * 2 ** 24 + frameId
    const known = this.#children.get(key)
    if (known !== undefined) return known
    const node = this.parents.push(parent) - 1
    this.frameOf.push(frameId)
    this.self.push(0)
    this.#children.set(key, node)
    return node
  }

  add(node: number, weight: number): void {
    this.self[node] = (this.self[node] as number) + weight
  }

  frameAt(node: number): StackFrame | null {
    return this.frames[this.frameOf[node] as number] ?? null
  }

  /** From the innermost frame outwards. */
  stackOf(node: number): StackFrame[] {
    const stack: StackFrame[] = []
    for (let at = node; at !== ROOT; at = this.parents[at] as number) stack.push(this.frameAt(at) as StackFrame)
    return stack
  }

  /** Makes every stack of another tree one of this tree's too, without weight. Returns the node here of every node there. */
  graft(other: StackTree): number[] {
    const nodes = [ROOT]
    for (let node = 1; node < other.size; node++) {
      nodes.push(this.child(nodes[other.parents[node] as number] as number, other.frameAt(node) as StackFrame))
    }
    return nodes
  }

  /** Weights of every node with all that it called. */
  inclusive(self: readonly number[] = this.self): number[] {
    const sums = [...self]
    for (let node = sums.length - 1; node > ROOT; node--) {
      const parent = this.parents[node] as number
      sums[parent] = (sums[parent] as number) + (sums[node] as number)
    }
    return sums
  }

  #idOf(frame: StackFrame): number {
    const key = frameKey(frame)
    const known = this.#frameIds.get(key)
    if (known !== undefined) return known
    const id = this.frames.push(frame) - 1
    this.#frameIds.set(key, id)
    return id
  }
}

/** The same for the same function, whichever profile it is in. */
export function frameKey({ functionName, file, line }: StackFrame): string {
  return `${functionName}\n${file}\n${line}`
}

/** The stacks of several workers, or of several captures, as one. */
export function mergeTrees(trees: Iterable<StackTree>): StackTree {
  const merged = new StackTree()
  for (const tree of trees) {
    for (const [node, here] of merged.graft(tree).entries()) merged.add(here, tree.self[node] as number)
  }
  return merged
}
