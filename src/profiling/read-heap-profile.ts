import { frameOf } from './frame-of.ts'
import { MalformedProfileError } from './malformed-profile-error.ts'
import { MAX_DEPTH, MAX_NODES, ROOT, StackTree } from './stack-tree.ts'
import { arrayAt, callFrameAt, numberAt, objectAt } from './v8-profile.ts'

interface Pending {
  readonly value: unknown
  readonly place: string
  readonly parent: number
  readonly depth: number
}

/** Stacks of a `.heapprofile`, weighted by the bytes that were allocated there. Throws MalformedProfileError. */
export function readHeapProfile(json: unknown): StackTree {
  const tree = new StackTree()
  const pending: Pending[] = [{ value: objectAt(json, 'profile').head, place: 'head', parent: -1, depth: 0 }]
  let seen = 0
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, place, parent, depth } = next
    if (++seen > MAX_NODES)
      throw new MalformedProfileError(place, `is one more than the ${MAX_NODES} nodes there may be`)
    if (depth > MAX_DEPTH) throw new MalformedProfileError(place, `is deeper than ${MAX_DEPTH}`)
    const { callFrame, selfSize, children } = objectAt(value, place)
    const bytes = numberAt(selfSize, `${place}.selfSize`)
    if (bytes < 0) throw new MalformedProfileError(`${place}.selfSize`, 'is negative')
    const frame = frameOf(callFrameAt(callFrame, `${place}.callFrame`))
    const node = parent < 0 ? ROOT : tree.child(parent, frame)
    // Allocated by nobody whose name is known, which in a tree of stacks has to be somebody.
    if (node === ROOT && bytes > 0) tree.add(tree.child(ROOT, { ...frame, functionName: '(native)' }), bytes)
    else tree.add(node, bytes)
    for (const [index, child] of arrayAt(children ?? [], `${place}.children`, MAX_NODES).entries()) {
      // The index alone: a path of every step would be as long as the tree is deep.
      pending.push({ value: child, place: `node ${seen}.children[${index}]`, parent: node, depth: depth + 1 })
    }
  }
  return tree
}
