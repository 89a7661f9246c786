import { frameOf } from './frame-of.ts'
import { MalformedProfileError } from './malformed-profile-error.ts'
import { MAX_DEPTH, MAX_NODES, ROOT, StackTree } from './stack-tree.ts'
import { arrayAt, type CallFrame, callFrameAt, idAt, numberAt, objectAt } from './v8-profile.ts'

const MAX_SAMPLES = 5_000_000
const NANOSECONDS = 1_000

interface Node {
  readonly callFrame: CallFrame
  readonly children: readonly number[]
}

/** Stacks of a `.cpuprofile`, weighted by nanoseconds. Throws MalformedProfileError. */
export function readCpuProfile(json: unknown): StackTree {
  const profile = objectAt(json, 'profile')
  const { tree, treeNodeOf } = treeOf(nodesById(profile.nodes))
  const samples = arrayAt(profile.samples ?? [], 'samples', MAX_SAMPLES)
  const deltas = arrayAt(profile.timeDeltas ?? [], 'timeDeltas', MAX_SAMPLES)
  if (samples.length !== deltas.length)
    throw new MalformedProfileError('timeDeltas', 'has not one entry for each sample')
  const endUs = numberAt(profile.endTime, 'endTime')

  let atUs = numberAt(profile.startTime, 'startTime')
  const taken = deltas.map((delta, index) => {
    atUs += numberAt(delta, `timeDeltas[${index}]`)
    const node = treeNodeOf.get(samples[index] as number)
    if (node === undefined) throw new MalformedProfileError(`samples[${index}]`, 'names no node')
    return { atUs, node }
  })
  // V8 may hand over two samples the other way round.
  taken.sort((a, b) => a.atUs - b.atUs)
  for (const [index, sample] of taken.entries()) {
    // What ran when a sample was taken is held to run until the next one, as DevTools draw it.
    const untilUs = taken[index + 1]?.atUs ?? Math.max(endUs, sample.atUs)
    if (sample.node !== ROOT) tree.add(sample.node, (untilUs - sample.atUs) * NANOSECONDS)
  }
  return tree
}

function nodesById(value: unknown): Map<number, Node> {
  const nodes = new Map<number, Node>()
  for (const [index, entry] of arrayAt(value, 'nodes', MAX_NODES).entries()) {
    const place = `nodes[${index}]`
    const node = objectAt(entry, place)
    const id = idAt(node.id, `${place}.id`)
    if (nodes.has(id)) throw new MalformedProfileError(`${place}.id`, 'is the id of another node too')
    const children = arrayAt(node.children ?? [], `${place}.children`, MAX_NODES)
    nodes.set(id, {
      callFrame: callFrameAt(node.callFrame, `${place}.callFrame`),
      children: children.map((child, at) => idAt(child, `${place}.children[${at}]`))
    })
  }
  if (nodes.size === 0) throw new MalformedProfileError('nodes', 'is empty')
  return nodes
}

/** From the root, which is the first node, outwards. What the root does not lead to, or leads to twice, is no tree. */
function treeOf(nodes: ReadonlyMap<number, Node>): { tree: StackTree; treeNodeOf: Map<number, number> } {
  const tree = new StackTree()
  const [[rootId] = [0]] = nodes
  const treeNodeOf = new Map([[rootId, ROOT]])
  let level = [rootId]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH) throw new MalformedProfileError('nodes', `are deeper than ${MAX_DEPTH}`)
    const next: number[] = []
    for (const id of level) {
      for (const childId of (nodes.get(id) as Node).children) {
        const child = nodes.get(childId)
        if (child === undefined) throw new MalformedProfileError('nodes', `name a child ${childId} that is not there`)
        if (treeNodeOf.has(childId)) throw new MalformedProfileError('nodes', `have node ${childId} in two places`)
        treeNodeOf.set(childId, tree.child(treeNodeOf.get(id) as number, frameOf(child.callFrame)))
        next.push(childId)
      }
    }
    level = next
  }
  if (treeNodeOf.size < nodes.size) throw new MalformedProfileError('nodes', 'are not all called from the first')
  return { tree, treeNodeOf }
}
