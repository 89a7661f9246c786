import fc from 'fast-check'
import type { CallFrame, CpuProfile, HeapProfile, HeapProfileNode } from '../../src/profiling/v8-profile.ts'

/** Profiles in V8's own shape, as small as a test wants them. */

export function callFrame(functionName: string, url = '', line = 0): CallFrame {
  return { functionName, scriptId: '1', url, lineNumber: url === '' ? -1 : line - 1, columnNumber: url === '' ? -1 : 4 }
}

/** A stack from the outermost function inwards, and the microseconds it ran. */
export type TimedStack = readonly [functions: readonly CallFrame[], microseconds: number]

export function cpuProfile(stacks: readonly TimedStack[]): CpuProfile {
  const nodes: { id: number; callFrame: CallFrame; children: number[] }[] = [
    { id: 1, callFrame: callFrame('(root)'), children: [] }
  ]
  const samples = stacks.map(([functions]) => {
    let node = nodes[0] as (typeof nodes)[number]
    for (const frame of functions) {
      const key = JSON.stringify(frame)
      let child = node.children.map(id => nodes[id - 1]).find(other => JSON.stringify(other?.callFrame) === key)
      if (child === undefined) {
        child = { id: nodes.length + 1, callFrame: frame, children: [] }
        nodes.push(child)
        node.children.push(child.id)
      }
      node = child
    }
    return node.id
  })
  const times = stacks.map(([, microseconds]) => microseconds)
  const startTime = 1_000_000
  return {
    nodes,
    startTime,
    endTime: startTime + times.reduce((sum, time) => sum + time, 0),
    samples,
    timeDeltas: [0, ...times.slice(0, -1)].slice(0, times.length)
  }
}

export function heapNode(frame: CallFrame, selfSize: number, children: HeapProfileNode[] = []): HeapProfileNode {
  return { id: 1, callFrame: frame, selfSize, children }
}

export function heapProfile(...children: HeapProfileNode[]): HeapProfile {
  return { head: heapNode(callFrame('(root)'), 0, children), samples: [] }
}

const frames = [
  callFrame('onRead', 'src/dataplane/connection.ts', 12),
  callFrame('decode', 'src/protocol/frame-decoder.ts', 30),
  callFrame('decode', 'src/protocol/packets.ts', 8),
  callFrame('onStreamRead', 'node:internal/stream_base_commons', 166),
  callFrame('send', 'node_modules/fastify/lib/reply.js', 3),
  callFrame('writeBuffer'),
  callFrame('(garbage collector)'),
  callFrame('(program)'),
  callFrame('(idle)')
]

export const anyStacks: fc.Arbitrary<TimedStack[]> = fc.array(
  fc.tuple(fc.array(fc.constantFrom(...frames), { minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 100_000 })),
  { minLength: 1, maxLength: 40 }
)
