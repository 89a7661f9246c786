import { readCpuProfile } from './read-cpu-profile.ts'
import { readHeapProfile } from './read-heap-profile.ts'
import type { StackTree } from './stack-tree.ts'

/** The stacks of one worker: nanoseconds, or bytes. Throws MalformedProfileError. */
export function readProfile(kind: 'cpu' | 'allocation', profile: unknown): StackTree {
  return kind === 'cpu' ? readCpuProfile(profile) : readHeapProfile(profile)
}

/** All but idle time. */
export function costOf(tree: StackTree): number {
  return tree.self.reduce((sum, weight, node) => sum + (tree.frameAt(node)?.category === 'idle' ? 0 : weight), 0)
}
