import type { StackFrame } from './stack-frame.ts'
import { ROOT, type StackTree } from './stack-tree.ts'

const eventLoop: StackFrame = { functionName: '(event loop: reading, polling)', file: '', line: 0, category: 'loop' }

/**
 * V8 counts as idle all that happens while no JavaScript runs below the event loop, the reading of sockets included: of a
 * server that makes two reads a frame, half its work. So what the system has charged to the process beyond the samples is
 * taken out of the idle time and put down to the event loop. The few threads beside it (collector, compiler, the profiler
 * itself) are in there too.
 */
export function chargeEventLoop(tree: StackTree, cpuNanoseconds: number): void {
  const idle: number[] = []
  let idleNanoseconds = 0
  let sampledNanoseconds = 0
  for (let node = 1; node < tree.size; node++) {
    const weight = tree.self[node] as number
    if (tree.frameAt(node)?.category === 'idle') {
      idle.push(node)
      idleNanoseconds += weight
    } else sampledNanoseconds += weight
  }
  const work = Math.min(idleNanoseconds, Math.max(0, cpuNanoseconds - sampledNanoseconds))
  if (work === 0) return
  for (const node of idle) tree.add(node, (-work * (tree.self[node] as number)) / idleNanoseconds)
  tree.add(tree.child(ROOT, eventLoop), work)
}
