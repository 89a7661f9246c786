import { describeFrame } from './stack-frame.ts'
import type { StackTree } from './stack-tree.ts'

/** Brendan Gregg's text format: `outer;inner weight`, one line a stack, as flamegraph.pl and its many readers take it. */
export function collapsed(tree: StackTree): string {
  return linesOf(tree, [tree.self])
}

/** The two-column form that difffolded.pl makes: `outer;inner before after`. */
export function collapsedPair(tree: StackTree, before: readonly number[], after: readonly number[]): string {
  return linesOf(tree, [before, after])
}

function linesOf(tree: StackTree, columns: readonly (readonly number[])[]): string {
  const lines: string[] = []
  for (let node = 1; node < tree.size; node++) {
    const weights = columns.map(column => Math.round(column[node] as number))
    // Waiting is no cost.
    if (weights.every(weight => weight === 0) || tree.frameAt(node)?.category === 'idle') continue
    const stack = tree.stackOf(node).reverse().map(describeFrame)
    lines.push(`${stack.join(';')} ${weights.join(' ')}\n`)
  }
  return lines.join('')
}
