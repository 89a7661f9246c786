import type { Block } from './block.ts'
import { type Comparison, comparePairs, FEWEST_PAIRS } from './comparison.ts'

/** What one stage changed against the one before it. */
export interface Step {
  readonly before: string
  readonly after: string
  readonly cpuPerFrame: Comparison
}

/** Less than this either way makes no difference worth a switch. */
const MARGIN_PERCENT = 2

/** Each stage against the one before it, paired within rounds; nothing with fewer rounds than a verdict needs. */
export function stepVerdicts(names: readonly string[], rounds: readonly ReadonlyMap<string, Block>[]): Step[] {
  if (rounds.length < FEWEST_PAIRS) return []
  const cpuOf = (name: string): number[] => rounds.flatMap(round => round.get(name)?.cpuMicrosecondsPerFrame ?? [])
  return names.slice(1).map((after, index) => {
    const before = names[index] as string
    const options = { lowerIsBetter: true, marginPercent: MARGIN_PERCENT }
    return { before, after, cpuPerFrame: comparePairs(cpuOf(before), cpuOf(after), options) }
  })
}
