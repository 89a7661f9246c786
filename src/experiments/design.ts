import { shuffle } from 'simple-statistics'

/**
 * The order in which arms are measured, round by round. Every order of the arms is used before one is used again, so each
 * arm stands equally often at each place and behind each other arm: what drifts, and what one arm leaves behind for the
 * next, falls on all alike. The orders themselves come in random order.
 */
export function balancedRounds<Arm>(arms: readonly Arm[], rounds: number): Arm[][] {
  const orders = permutations(arms)
  const planned: Arm[][] = []
  while (planned.length < rounds) planned.push(...shuffle(orders))
  return planned.slice(0, rounds)
}

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length <= 1) return [[...items]]
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map(others => [first, ...others]))
}
