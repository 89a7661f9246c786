/**
 * Cliff's delta: how much more often a value of `after` exceeds one of `before` than the other way round; -1 to 1, 0 when
 * they lie alike. The sizes may differ (Cliff 1993).
 */
export function cliffsDelta(before: readonly number[], after: readonly number[]): number {
  if (before.length === 0 || after.length === 0) throw new RangeError('both sides need at least one value')
  const sorted = [...before].sort((a, b) => a - b)
  let dominance = 0
  for (const value of after) dominance += countBelow(sorted, value) - (sorted.length - countUpTo(sorted, value))
  return dominance / (before.length * after.length)
}

function countBelow(sorted: readonly number[], value: number): number {
  return firstIndex(sorted, element => element >= value)
}

function countUpTo(sorted: readonly number[], value: number): number {
  return firstIndex(sorted, element => element > value)
}

/** Where the sorted values begin to satisfy a condition that, once true, stays true. */
function firstIndex(sorted: readonly number[], isTrue: (element: number) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isTrue(sorted[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low
}

/** Holm's step-down correction (1979): p values that keep the chance of any false alarm among them at the level of one. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, index) => index).sort((a, b) => (pValues[a] ?? 1) - (pValues[b] ?? 1))
  const corrected = new Array<number>(pValues.length).fill(1)
  let highest = 0
  for (const [place, index] of order.entries()) {
    highest = Math.max(highest, Math.min(1, (pValues.length - place) * (pValues[index] ?? 1)))
    corrected[index] = highest
  }
  return corrected
}
