import type { LoadFigures } from '../contract/load-figures.ts'

/** Kept: the promise held. Broken by the server, or by a generator that was too slow to tell. */
export type StepVerdict = 'kept' | 'broken' | 'generator'

/** One run at one rate. */
export interface SearchStep {
  readonly rate: number
  readonly verdict: StepVerdict
  readonly figures: LoadFigures
}

export interface MaxRate {
  /** The highest rate, in Submits a second, that was found to keep the promise; null when none did. */
  readonly maxRate: number | null
  /** It was kept again, as often as was asked for. */
  readonly confirmed: boolean
  /** What stood in the way of more: null when the search was stopped before it knew. */
  readonly limitedBy: 'server' | 'generator' | 'bound' | null
  /** In the order they were run. */
  readonly steps: readonly SearchStep[]
}

export interface FindMaxOptions {
  measure(rate: number): Promise<LoadFigures>
  /** Whether the figures are as promised. */
  keeps(figures: LoadFigures): boolean
  readonly firstRate: number
  readonly mostRate: number
  /** The search ends when a rate that keeps the promise and one that does not are this close. */
  readonly closeness?: number
  /** Further runs at the rate found that must keep the promise too. */
  readonly confirmations?: number
  isStopped?(): boolean
  onStep?(step: SearchStep): void
}

const MOST_STEPS = 80
/** One bad run may be the machine's fault; two are not. */
const BAD_RUNS = 2

/**
 * The highest rate that keeps a promise: doubled until it breaks (or halved until it holds), then bisected, then
 * confirmed. A rate that is not confirmed is lowered step by step until one is.
 */
export async function findMaxRate(options: FindMaxOptions): Promise<MaxRate> {
  const { firstRate, mostRate, closeness = 1.05, confirmations = 2 } = options
  const search = new Search(options)
  let low: number | null = null
  let high: number | null = null

  for (let rate = firstRate; high === null || low === null; ) {
    const isKept = await search.isKept(rate)
    if (isKept === null) return search.result(low, false)
    if (isKept) low = rate
    else high = rate
    if (low === mostRate || high === 1) break
    rate = isKept ? Math.min(rate * 2, mostRate) : Math.max(1, Math.floor(rate / 2))
  }
  if (low === null) return search.result(null, false)

  while (high !== null && high > low * closeness) {
    const rate = Math.round(Math.sqrt(low * high))
    if (rate === low || rate === high) break
    const isKept = await search.isKept(rate)
    if (isKept === null) return search.result(low, false)
    if (isKept) low = rate
    else high = rate
  }

  for (;;) {
    const isConfirmed = await search.isConfirmed(low, confirmations)
    if (isConfirmed === null) return search.result(low, false)
    if (isConfirmed) return search.result(low, true)
    high = low
    low = Math.floor(low / closeness)
    if (low < 1) return search.result(null, false)
  }
}

class Search {
  readonly #options: FindMaxOptions
  readonly #steps: SearchStep[] = []

  constructor(options: FindMaxOptions) {
    this.#options = options
  }

  /** A rate gets a second chance. Null when the search was stopped. */
  async isKept(rate: number): Promise<boolean | null> {
    for (let run = 0; run < BAD_RUNS; run++) {
      const verdict = await this.#step(rate)
      if (verdict === null || verdict === 'kept') return verdict && true
    }
    return false
  }

  async isConfirmed(rate: number, confirmations: number): Promise<boolean | null> {
    let bad = 0
    for (let good = 0; good < confirmations; ) {
      const verdict = await this.#step(rate)
      if (verdict === null) return null
      if (verdict === 'kept') good++
      else if (++bad === BAD_RUNS) return false
    }
    return true
  }

  result(maxRate: number | null, confirmed: boolean): MaxRate {
    const above = this.#steps.filter(({ rate, verdict }) => verdict !== 'kept' && (maxRate === null || rate > maxRate))
    const nearest = above.sort((a, b) => a.rate - b.rate)[0]
    const bounded = maxRate === this.#options.mostRate ? 'bound' : null
    const limitedBy = nearest === undefined ? bounded : nearest.verdict === 'generator' ? 'generator' : 'server'
    return { maxRate, confirmed, limitedBy, steps: this.#steps }
  }

  async #step(rate: number): Promise<StepVerdict | null> {
    const { measure, keeps, isStopped, onStep } = this.#options
    if (isStopped?.() || this.#steps.length === MOST_STEPS) return null
    const figures = await measure(rate)
    // What a run that was cut short measured is no evidence.
    if (isStopped?.()) return null
    const verdict = keeps(figures) ? 'kept' : figures.generator.limited ? 'generator' : 'broken'
    const step = { rate, verdict, figures } as const
    this.#steps.push(step)
    onStep?.(step)
    return verdict
  }
}
