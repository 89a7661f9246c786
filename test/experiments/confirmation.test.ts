import assert from 'node:assert/strict'
import test from 'node:test'
import type { FreshConfirmation } from '../../src/contract/confirmation.ts'
import { confirmation } from '../../src/experiments/confirmation.ts'
import { exampleReport, exampleVerdict } from './example-report.ts'

/** What is said of a live interval and a fresh one. */
function said(live: [number, number] | null, fresh: [number, number] | null): FreshConfirmation {
  const of = (interval: [number, number] | null) =>
    exampleVerdict('cpuPerFrame', {
      interval,
      effectPercent: interval === null ? null : (interval[0] + interval[1]) / 2
    })
  const verdicts = { cpuPerFrame: of(live) }
  const report = exampleReport({ comparisons: [{ before: 0, after: 1, sentence: '', verdicts }] })
  return confirmation(report, [], { pairs: 6, blockSeconds: 1 }, () => of(fresh))
}

test('fresh processes confirm what lies within their interval', () => {
  const { agrees, sentence } = said([-10, -6], [-8, -4])
  assert.equal(agrees, true)
  assert.match(sentence, /say the same: −6\.00\s%/)
})

test('intervals that do not overlap mean that the size depends on what the compiler has seen', () => {
  const { agrees, sentence } = said([-93.4, -92.8], [-94.4, -93.9])
  assert.equal(agrees, false)
  assert.match(sentence, /how much it changes depends on what the compiler has seen/)
})

test('opposite signs mean that it may not help at all', () => {
  assert.match(said([-10, -6], [2, 5]).sentence, /whether it helps at all depends on what the compiler has seen/)
})

test('what could not be measured confirms nothing', () => {
  const { agrees, sentence } = said([-10, -6], null)
  assert.equal(agrees, false)
  assert.match(sentence, /nothing is confirmed/)
})
