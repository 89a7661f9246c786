import type { StackFrame } from './stack-frame.ts'
import { ROOT, type StackTree } from './stack-tree.ts'

/** What the system says of a process over the time of its profile. In nanoseconds. */
export interface ChargedTime {
  /** On cores, by all its threads. */
  readonly cpu: number
  /** Its main thread, which V8 samples: on a core, and waiting for one. null where the system does not tell. */
  readonly mainThread: { readonly ran: number; readonly waited: number } | null
}

const named = (functionName: string, category: StackFrame['category']): StackFrame => ({
  functionName,
  file: '',
  line: 0,
  category
})
const eventLoop = named('(event loop: reading sockets, polling)', 'loop')
const otherThreads = named('(other threads: collector, compiler, profiler)', 'threads')
const waiting = named('(waiting for a core)', 'idle')

/**
 * Makes CPU time of the samples, as much as the system has charged in all. V8 samples by the clock, which errs twice:
 *
 * - While others have the cores, what was interrupted seems to run on. So of all samples only that share counts in which the
 *   thread had a core when it wanted one; the kernel knows how much that is, but not of which function.
 * - V8 takes for idle all that happens while no JavaScript runs below the event loop, the reading of sockets included: of a
 *   server that makes two reads a frame, half its work. So what the thread was charged beyond the samples is the loop's.
 *
 * Returns that share.
 */
export function chargeCpuTime(tree: StackTree, { cpu, mainThread }: ChargedTime): number {
  const { busy, idle } = sumsOf(tree)
  const onCore = Math.min(cpu, mainThread?.ran ?? cpu)
  const wanted = mainThread === null ? 0 : mainThread.ran + mainThread.waited
  const had = wanted > 0 ? (mainThread as { ran: number }).ran / wanted : 1
  const share = busy > 0 ? Math.min(had, onCore / busy) : had
  const loop = onCore - busy * share
  const idleLeft = idle > 0 ? Math.max(0, idle - loop) / idle : 1
  for (let node = 1; node < tree.size; node++) {
    const factor = tree.frameAt(node)?.category === 'idle' ? idleLeft : share
    tree.add(node, (tree.self[node] as number) * (factor - 1))
  }
  for (const [frame, weight] of [
    [waiting, busy * (1 - share)],
    [eventLoop, loop],
    [otherThreads, cpu - onCore]
  ] as const) {
    if (weight > 0) tree.add(tree.child(ROOT, frame), weight)
  }
  return share
}

function sumsOf(tree: StackTree): { busy: number; idle: number } {
  let busy = 0
  let idle = 0
  for (let node = 1; node < tree.size; node++) {
    const weight = tree.self[node] as number
    if (tree.frameAt(node)?.category === 'idle') idle += weight
    else busy += weight
  }
  return { busy, idle }
}
