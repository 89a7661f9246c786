import assert from 'node:assert/strict'
import { test } from 'node:test'
import { guessedEffectPercent } from '../../src/dashboard/experiments/expectation.ts'
import { comparePairs } from '../../src/experiments/comparison.ts'

test('the form expects of an experiment what the server will say that it could have seen', () => {
  for (const pairs of [6, 7, 8, 10, 20, 60, 200]) {
    // Every second pair differs by twice a deviation of 1 % of each block, one way or the other, and so does none on average.
    const size = 0.01 * Math.SQRT2 * Math.sqrt((pairs - 1) / pairs)
    const after = Array.from({ length: pairs }, (_, index) => Math.exp(index % 2 === 0 ? size : -size))
    const before = after.map(() => 1)
    const { detectablePercent } = comparePairs(before, after, { lowerIsBetter: true, marginPercent: 2 })
    const expected = guessedEffectPercent({ pairs }).least
    assert.ok(Math.abs(expected / detectablePercent - 1) < 0.12, `${pairs} pairs: ${expected}, ${detectablePercent}`)
  }
})
