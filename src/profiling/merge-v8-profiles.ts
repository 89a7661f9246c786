import type { CallFrame, CpuProfile, CpuProfileNode, HeapProfile, HeapProfileNode } from './v8-profile.ts'

/** A profile as V8 gave it, and the worker it is from. */
export interface WorkerProfile<Profile> {
  readonly worker: number
  readonly profile: Profile
}

/** One `.cpuprofile`: a single one as it is; of several, each under a frame `worker N`, one behind the other in time. */
export function mergeCpuProfiles(profiles: readonly WorkerProfile<CpuProfile>[]): CpuProfile {
  const [first] = profiles
  if (first === undefined)
    return {
      nodes: [{ id: 1, callFrame: frameNamed('(root)') }],
      startTime: 0,
      endTime: 0,
      samples: [],
      timeDeltas: []
    }
  if (profiles.length === 1) return first.profile
  const nodes: CpuProfileNode[] = []
  const samples: number[] = []
  const timeDeltas: number[] = []
  const tops: number[] = []
  const startTime = first.profile.startTime
  let lastId = 1
  let sampledUs = 0
  let endedUs = 0
  for (const { worker, profile } of profiles) {
    const ids = new Map(profile.nodes.map(({ id }) => [id, ++lastId]))
    for (const [index, node] of profile.nodes.entries()) {
      const callFrame = index === 0 ? frameNamed(`worker ${worker}`) : node.callFrame
      nodes.push({
        ...node,
        id: ids.get(node.id) as number,
        callFrame,
        children: (node.children ?? []).map(id => ids.get(id) as number)
      })
    }
    tops.push(ids.get((profile.nodes[0] as CpuProfileNode).id) as number)
    for (const [index, id] of profile.samples.entries()) {
      const delta = profile.timeDeltas[index] as number
      samples.push(ids.get(id) as number)
      // From the last sample of the worker before to the beginning of this one, nothing was taken.
      timeDeltas.push(index === 0 ? delta + endedUs - sampledUs : delta)
      sampledUs += timeDeltas.at(-1) as number
    }
    endedUs += profile.endTime - profile.startTime
  }
  nodes.unshift({ id: 1, callFrame: frameNamed('(root)'), hitCount: 0, children: tops })
  return { nodes, startTime, endTime: startTime + endedUs, samples, timeDeltas }
}

/** One `.heapprofile`: a single one as it is; of several, each under a frame `worker N`. */
export function mergeHeapProfiles(profiles: readonly WorkerProfile<HeapProfile>[]): HeapProfile {
  const [first] = profiles
  if (first !== undefined && profiles.length === 1) return first.profile
  let lastId = 1
  const children = profiles.map(({ worker, profile }) => {
    const top = renumber({ ...profile.head, callFrame: frameNamed(`worker ${worker}`) }, () => ++lastId)
    return top
  })
  return { head: { id: 1, callFrame: frameNamed('(root)'), selfSize: 0, children }, samples: [] }
}

function renumber(head: HeapProfileNode, nextId: () => number): HeapProfileNode {
  type Copy = { id: number; callFrame: CallFrame; selfSize: number; children: Copy[] }
  const copyOf = ({ callFrame, selfSize }: HeapProfileNode): Copy => ({
    id: nextId(),
    callFrame,
    selfSize,
    children: []
  })
  const copy = copyOf(head)
  const pending: [HeapProfileNode, Copy][] = [[head, copy]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [node, target] = next
    for (const child of node.children) {
      const childCopy = copyOf(child)
      target.children.push(childCopy)
      pending.push([child, childCopy])
    }
  }
  return copy
}

function frameNamed(functionName: string): CallFrame {
  return { functionName, scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 }
}
