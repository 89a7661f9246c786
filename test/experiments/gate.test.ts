import assert from 'node:assert/strict'
import test from 'node:test'
import type { ExperimentReport } from '../../src/contract/experiment.ts'
import { gate } from '../../src/experiments/gate.ts'
import { rankSumDistribution, shiftEstimate } from '../../src/experiments/rank-sum.ts'
import { exampleBlocks, exampleReport } from './example-report.ts'

const near = (actual: number, expected: number, tolerance = 1e-9): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual}, not ${expected}`)

// Permeability constants of the human chorioamnion: Hollander and Wolfe, Nonparametric Statistical Methods (1973), p. 69. The
// documentation of R's wilcox.test gives W = 35 and p = 0.1272 for "greater".
const atTerm = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46]
const early = [1.15, 0.88, 0.9, 0.74, 1.21]

test('the shift between two samples of unequal size is that of the published example', () => {
  const { estimate, low, high, confidence } = shiftEstimate(early, atTerm)
  near(estimate, 0.305)
  near(low, -0.15)
  near(high, 0.76)
  assert.ok(confidence >= 0.95 && confidence < 0.97)
  const upper = rankSumDistribution(5, 10)
    .slice(35)
    .reduce((sum, probability) => sum + probability, 0)
  near(upper, 0.1272, 5e-5)
})

test('the distribution of the rank sum is that of counting all arrangements', () => {
  const [m, n] = [3, 4]
  const counts = new Array<number>(m * n + 1).fill(0)
  for (let code = 0; code < 2 ** (m + n); code++) {
    const isAfter = Array.from({ length: m + n }, (_, place) => (code >> place) % 2 === 1)
    if (isAfter.filter(Boolean).length !== n) continue
    const u = isAfter.reduce(
      (sum, own, place) => sum + (own ? isAfter.slice(0, place).filter(other => !other).length : 0),
      0
    )
    counts[u] = (counts[u] as number) + 1
  }
  for (const [u, count] of counts.entries()) near(rankSumDistribution(m, n)[u] ?? 0, count / 35)
})

test('the interval of many values joins the exact one, and of few there is none', () => {
  const values = (count: number): number[] => Array.from({ length: count }, (_, index) => (index * 37) % count)
  const exact = shiftEstimate(values(50), values(50))
  const approximate = shiftEstimate(values(50), values(51))
  near(exact.low, approximate.low, 2)
  near(exact.high, approximate.high, 2)
  assert.equal(shiftEstimate([1, 2, 3], [4, 5, 6]).low, Number.NEGATIVE_INFINITY)
  assert.throws(() => shiftEstimate([1], [Number.NaN]), RangeError)
})

/** The example, CPU per frame of each arm multiplied. */
function experiment(factors: readonly [number, number], overrides: Partial<ExperimentReport> = {}): ExperimentReport {
  const blocks = exampleBlocks(10).map(block => ({
    ...block,
    figures: { ...block.figures, cpuPerFrame: (block.figures.cpuPerFrame ?? 0) * (factors[block.arm] ?? 1) }
  }))
  return exampleReport({ blocks, ...overrides })
}

test('a release is fine while CPU per frame stays below the margin, and also when it has fallen', () => {
  for (const factor of [1, 1.01, 0.8]) {
    const { outcome, sentence } = gate(experiment([1, factor]), experiment([1, 1]), 5)
    assert.equal(outcome, 'fine', sentence)
  }
})

test('a release has regressed when CPU per frame lies beyond the margin, and the first arm does not', () => {
  const { outcome, shift, sentence } = gate(experiment([1, 1.2]), experiment([1, 1]), 5)
  assert.equal(outcome, 'regressed', sentence)
  near(shift?.effectPercent ?? 0, 20, 0.5)
  assert.match(sentence, /'after <b>' has changed by \+20\.0/)
})

test('it cannot be told when both arms have moved, when the interval holds the margin, or when the runs are not alike', () => {
  const before = experiment([1, 1])
  const said = (now: ExperimentReport, saved = before, margin = 5): string => {
    const { outcome, sentence } = gate(now, saved, margin)
    assert.equal(outcome, 'cannot tell', sentence)
    return sentence
  }
  assert.match(said(experiment([1.2, 1.2])), /'before' has moved too/)
  assert.match(said(experiment([1, 1.05])), /More --pairs/)
  assert.match(said(experiment([1, 1], { state: 'cancelled' })), /this experiment is cancelled/)
  assert.match(said(experiment([1, 1], { environment: { ...before.environment, cores: 64 } })), /number of cores/)
  assert.match(said(before, experiment([1, 1], { blocks: exampleBlocks(3) })), /the saved experiment has fewer than 6/)
  assert.match(said(experiment([1, 1], { request: { ...before.request, load: 'live' } })), /the load of/)
})

test('another seed is no other load', () => {
  const before = experiment([1, 1])
  const { load } = before.request
  const other = typeof load === 'string' ? load : { ...load, seed: 99 }
  assert.equal(gate(experiment([1, 1], { request: { ...before.request, load: other } }), before, 5).outcome, 'fine')
})
