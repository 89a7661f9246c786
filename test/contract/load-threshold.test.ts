import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import { isTrueOf, parseThreshold, ThresholdError, valueOf } from '../../src/contract/load-threshold.ts'

const figures: LoadFigures = {
  seconds: 2,
  offered: 1000,
  sent: 1000,
  acked: 1000,
  lost: 0,
  errors: {},
  ackedPerSecond: 500,
  latency: { p50Us: 100, p90Us: 900, p99Us: 5000, p999Us: 9000, maxUs: 12_000 },
  generator: { limited: false, why: null }
}

const isTrue = (text: string, change: Partial<LoadFigures> = {}): boolean | null =>
  isTrueOf({ ...figures, ...change }, parseThreshold(text))

test('every metric is compared in every unit', () => {
  const truths = [
    'p50<=100us',
    'p50>=100µs',
    'p90<1ms',
    'p99<=5ms',
    'p99>4.99ms',
    'p99.9<0.01s',
    'max>11ms',
    ' max >= 0.012 s ',
    'acked/s>499.5',
    'lost<1',
    'errors<=0'
  ]
  for (const text of truths) assert.equal(isTrue(text), true, text)
  const lies = ['p50<100us', 'p99>5ms', 'p99.9>9ms', 'max<12ms', 'acked/s>500', 'lost>0', 'errors>0']
  for (const text of lies) assert.equal(isTrue(text), false, text)
})

test('whatever is written as a latency is read as that many microseconds', () => {
  const metric = fc.constantFrom('p50', 'p90', 'p99', 'p99.9', 'max')
  const unit = fc.constantFrom(['us', 1], ['µs', 1], ['ms', 1000], ['s', 1_000_000] as const)
  fc.assert(
    fc.property(
      metric,
      fc.constantFrom('<', '<=', '>', '>='),
      fc.nat(100_000),
      unit,
      (name, sign, bound, [text, us]) => {
        const threshold = parseThreshold(`${name}${sign}${bound}${text}`)
        assert.deepEqual(
          [threshold.metric, threshold.comparison, threshold.bound],
          [name, sign, bound * (us as number)]
        )
      }
    )
  )
})

test('what is no threshold is refused, with the rule', () => {
  const texts = [
    '',
    'p99',
    'p99>',
    'p99>5',
    'p95>5ms',
    '5ms<p99',
    'p99=5ms',
    'p99>-5ms',
    'p99>5m',
    'lost>1ms',
    'p99>5ms ok'
  ]
  for (const text of [...texts, 'P99>5ms', 'p99>1e3us', 'acked>5', 'p99>.5ms', 'p99>5 00us', 'p999>5ms']) {
    assert.throws(
      () => parseThreshold(text),
      (error: unknown) => ThresholdError.is(error) && error.value === text && /such as p99>5ms/.test(error.message),
      text
    )
  }
})

test('Submits that were never answered took longer than any bound, in every percentile that they reach', () => {
  const change = { acked: 985, lost: 15 }
  assert.equal(isTrue('p50<1s', change), true)
  assert.equal(isTrue('p90<1s', change), true)
  assert.equal(isTrue('p99<1s', change), false)
  assert.equal(isTrue('p99>1s', change), true)
  assert.equal(valueOf({ ...figures, ...change }, 'max'), Number.POSITIVE_INFINITY)
  assert.equal(isTrue('lost>14', change), true)
})

test('errors of all kinds are added up', () => {
  assert.equal(valueOf({ ...figures, errors: { refused: 2, closed: 1 } }, 'errors'), 3)
})

test('what was not measured is neither true nor false', () => {
  const nothing = { seconds: 0, offered: 0, sent: 0, acked: 0 }
  assert.equal(isTrue('p99<5ms', nothing), null)
  assert.equal(isTrue('acked/s>1', nothing), null)
  assert.equal(isTrue('lost>0', nothing), false)
})
