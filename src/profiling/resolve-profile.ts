import type { SourceNames } from './source-names.ts'
import type { CallFrame, CpuProfile, HeapProfile, HeapProfileNode } from './v8-profile.ts'

/** The same profile with names and places of the sources. It must have been read without complaint before. */
export function resolveCpuProfile(profile: CpuProfile, names: SourceNames): CpuProfile {
  return { ...profile, nodes: profile.nodes.map(node => ({ ...node, callFrame: names.resolve(node.callFrame) })) }
}

/** Changes the nodes in place: they are a tree that nobody else holds. */
export function resolveHeapProfile(profile: HeapProfile, names: SourceNames): HeapProfile {
  const pending: HeapProfileNode[] = [profile.head]
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    ;(node as { callFrame: CallFrame }).callFrame = names.resolve(node.callFrame)
    for (const child of node.children) pending.push(child)
  }
  return profile
}
