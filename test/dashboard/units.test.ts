import assert from 'node:assert/strict'
import test from 'node:test'
import { change, exact, exactMicroseconds, microseconds, short, signedPercent } from '../../src/dashboard/live/units.ts'

test('a figure has as many digits as one reads at a glance, and all that were measured when one looks at an instant', () => {
  assert.deepEqual([0.36712, 20_016.4, 8_524_031.8, null].map(short), ['0.367', '20,016', '8.52M', '–'])
  assert.deepEqual([0.36712, 20_016.4, 8_524_031.8, null].map(exact), ['0.3671', '20,016.4', '8,524,032', '–'])
})

test('a time is told in the unit that it is read in', () => {
  const times = [0.0596, 26.94, 999.6, 226_123, 1_500_000, null]
  assert.deepEqual(times.map(microseconds), ['0.0596 µs', '26.9 µs', '1 ms', '226 ms', '1.5 s', '–'])
  assert.equal(exactMicroseconds(226_123.4), '226.1234 ms')
})

test('a change has its sign, no more digits than mean something, and is told in times when it is large', () => {
  assert.deepEqual([0.03, 0.0548, -12.345, 231, 1192.3].map(signedPercent), [
    '±0 %',
    '+0.1 %',
    '−12.3 %',
    '+231 %',
    '+1,192 %'
  ])
  assert.deepEqual([change(10, 5), change(2, 20), change(0, 3), change(0, 0)], ['−50 %', '× 10', 'new', '±0 %'])
})
