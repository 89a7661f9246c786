/** Off and on, as the arithmetic of two-level designs writes them (Box, Hunter and Hunter). */
export type Level = -1 | 1

export const fractions = ['full', 'half'] as const
/** `half`: the half of all combinations in which the product of all levels is 1. Effects come in aliased pairs then. */
export type Fraction = (typeof fractions)[number]

/** A main effect by one index of a factor, an interaction of two by both. */
export type Term = readonly [number] | readonly [number, number]

/** Every combination of the levels of so many factors, the first factor changing fastest; or half of them. */
export function cellsOf(factors: number, fraction: Fraction): Level[][] {
  const all = Array.from({ length: 2 ** factors }, (_, code) =>
    Array.from({ length: factors }, (_, factor): Level => ((code >> factor) & 1 ? 1 : -1))
  )
  return fraction === 'full'
    ? all
    : all.filter(cell => cell.reduce<number>((product, level) => product * level, 1) === 1)
}

/** The level of a term in a cell: that of its factor, or the product of both. */
export function levelOf(term: Term, cell: readonly Level[]): number {
  return term.reduce((product, factor) => product * (cell[factor] ?? 0), 1)
}

/** All main effects, then all interactions of two that are not aliased with a main effect or with one named before. */
export function termsOf(factors: number, fraction: Fraction): Term[] {
  const indices = Array.from({ length: factors }, (_, factor) => factor)
  const mains = indices.map((factor): Term => [factor])
  const pairs = indices.flatMap(first => indices.slice(first + 1).map((second): Term => [first, second]))
  const named: Term[] = []
  for (const term of [...mains, ...pairs]) {
    const alias = fraction === 'half' ? aliasOf(term, factors) : null
    if (alias === null || !named.some(other => isSame(other, alias))) named.push(term)
  }
  return named
}

/** What cannot be told from a term in the half fraction: the product of all other factors (its defining relation is I = all). */
export function aliasOf(term: Term, factors: number): number[] {
  return Array.from({ length: factors }, (_, factor) => factor).filter(factor => !term.some(own => own === factor))
}

function isSame(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((factor, index) => factor === other[index])
}
