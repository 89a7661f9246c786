import type { ExplorationEffect, ExplorationFindings, ExplorationFraction } from '../../contract/exploration.ts'
import type { OptimizationName } from '../../contract/optimizations.ts'
import { verdictOf } from '../comparison.ts'
import { percentText } from '../report/figure-text.ts'
import { type Effect, estimateEffects, FEWEST_ROUNDS } from './effects.ts'
import { aliasOf, cellsOf, type Level, levelOf, type Term, termsOf } from './factorial-design.ts'

export interface FactorialOptions {
  readonly switches: readonly OptimizationName[]
  readonly fraction: ExplorationFraction
  readonly marginPercent: number
}

/**
 * What CPU per frame says about the switches; `rounds[r][c]` in any unit, c in the order of cellsOf. Null with fewer than two
 * rounds. Logarithms are analysed: effects multiply, and noise is a part of what is measured.
 */
export function findings(
  rounds: readonly (readonly number[])[],
  { switches, fraction, marginPercent }: FactorialOptions
): ExplorationFindings | null {
  if (rounds.length < FEWEST_ROUNDS) return null
  const logs = rounds.map(round => round.map(Math.log))
  const terms = termsOf(switches.length, fraction)
  const { effects } = estimateEffects(cellsOf(switches.length, fraction), logs, terms)
  const named = effects.map((effect): ExplorationEffect => {
    const { term, estimate, interval, p, pHolm } = effect
    // An interaction is told as a ratio of two effects, which is twice as far as from their middle.
    const percent = (logRatio: number): number => Math.expm1(term.length * logRatio) * 100
    const range = [percent(interval[0]), percent(interval[1])] as const
    return {
      switches: namesOf(term, switches),
      aliasedWith: fraction === 'half' ? namesOf(aliasOf(term, switches.length), switches) : [],
      verdict: verdictOf(range, true, marginPercent),
      effectPercent: percent(estimate),
      interval: range,
      p,
      pHolm
    }
  })
  const isFound = ({ verdict }: ExplorationEffect): boolean => verdict === 'improved' || verdict === 'regressed'
  const found = effects.filter((_, index) => isFound(named[index] as ExplorationEffect))
  const best = cheapest(switches.length, found)
  const concerning = (name: OptimizationName): ExplorationEffect[] =>
    named.filter(effect => effect.switches.includes(name))
  const matters = switches.filter(name => concerning(name).some(isFound))
  const makesNoDifference = switches.filter(name => concerning(name).every(({ verdict }) => verdict === 'equivalent'))
  const outcome = {
    rounds: rounds.length,
    effects: named,
    recommended: Object.fromEntries(matters.map(name => [name, best[switches.indexOf(name)] === 1])),
    recommendedPercent:
      Math.expm1(
        predicted(found, best) -
          predicted(
            found,
            switches.map(() => -1)
          )
      ) * 100,
    makesNoDifference,
    undecided: switches.filter(name => !matters.includes(name) && !makesNoDifference.includes(name))
  }
  return { sentence: sentenceOf(outcome), ...outcome }
}

const namesOf = (term: readonly number[], switches: readonly OptimizationName[]): OptimizationName[] =>
  term.map(factor => switches[factor] as OptimizationName)

/** Of all settings the one that costs least by the effects found; off where none of them concerns a switch. */
function cheapest(factors: number, found: readonly Effect[]): readonly Level[] {
  const cells = cellsOf(factors, 'full')
  return cells.reduce((best, cell) => (predicted(found, cell) < predicted(found, best) - 1e-12 ? cell : best))
}

/** Logarithm of the cost, less the mean of all. */
function predicted(found: readonly Effect[], cell: readonly Level[]): number {
  return found.reduce((sum, { term, estimate }) => sum + (estimate / 2) * levelOf(term as Term, cell), 0)
}

function sentenceOf(outcome: Omit<ExplorationFindings, 'sentence'>): string {
  const { recommended, recommendedPercent, makesNoDifference, undecided } = outcome
  const settings = Object.entries(recommended).map(([name, isOn]) => `${name} ${isOn ? 'on' : 'off'}`)
  const parts = [
    settings.length === 0
      ? 'No switch was found to matter for CPU per frame.'
      : `Best for CPU per frame: ${settings.join(', ')} (${percentText(recommendedPercent)} against all off).`
  ]
  if (makesNoDifference.length > 0) parts.push(`Makes no difference here: ${makesNoDifference.join(', ')}.`)
  if (undecided.length > 0) parts.push(`Cannot tell: ${undecided.join(', ')}.`)
  return parts.join(' ')
}
