import { readCpuProfile } from './read-cpu-profile.ts'
import { readHeapProfile } from './read-heap-profile.ts'
import { mergeTrees, type StackTree } from './stack-tree.ts'

/** The stacks of all workers together: nanoseconds, or bytes. Throws MalformedProfileError. */
export function readProfiles(kind: 'cpu' | 'allocation', profiles: readonly unknown[]): StackTree {
  const trees = profiles.map(profile => (kind === 'cpu' ? readCpuProfile(profile) : readHeapProfile(profile)))
  return trees.length === 1 ? (trees[0] as StackTree) : mergeTrees(trees)
}

/** All but idle time. */
export function costOf(tree: StackTree): number {
  return tree.self.reduce((sum, weight, node) => sum + (tree.frameAt(node)?.category === 'idle' ? 0 : weight), 0)
}
