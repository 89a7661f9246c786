import { shuffle } from 'simple-statistics'

/**
 * The order in which arms are measured, round by round. Each arm stands equally often at each place, and behind each other
 * arm: what drifts, and what one arm leaves behind for the next, falls on all alike. That holds over as many rounds as there
 * are arms (twice as many when their number is odd), and nearly over any other number. Which arm takes which part, and the
 * order of the rounds, are drawn.
 */
export function balancedRounds<Arm>(arms: readonly Arm[], rounds: number, random: () => number = Math.random): Arm[][] {
  const square = williamsSquare(arms.length)
  const planned: Arm[][] = []
  while (planned.length < rounds) {
    const drawn = shuffle([...arms], random)
    planned.push(...shuffle(square, random).map(row => row.map(part => drawn[part] as Arm)))
  }
  return planned.slice(0, rounds)
}

/**
 * Rows in which each of `size` parts stands once at each place and, over all rows, equally often behind each other one
 * (Williams 1949): 0, 1, n-1, 2, n-2 … and its shifts; for an odd size these read backwards as well.
 */
export function williamsSquare(size: number): number[][] {
  const first = Array.from({ length: size }, (_, place) =>
    place % 2 === 1 ? (place + 1) / 2 : (size - place / 2) % size
  )
  const rows = Array.from({ length: size }, (_, shift) => first.map(part => (part + shift) % size))
  return size % 2 === 0 || size === 1 ? rows : [...rows, ...rows.map(row => row.toReversed())]
}
