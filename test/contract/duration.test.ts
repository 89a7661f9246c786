import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { DurationError, formatDuration, parseDuration } from '../../src/contract/duration.ts'

test('a duration is a whole number and a unit', () => {
  assert.deepEqual(
    ['500ms', '5s', '2m', '1h', '0s', '90s'].map(text => parseDuration(text)),
    [500, 5000, 120_000, 3_600_000, 0, 90_000]
  )
})

test('anything else is refused with an error that names the value and the forms', () => {
  const refused = ['', '5', 's', '-5s', '+5s', '1.5s', '05s', '1e3ms', '5 s', ' 5s', '5S', '5d', '1m30s', '0x5s', '٥s']
  for (const text of [...refused, '99999999999999999h']) {
    assert.throws(
      () => parseDuration(text),
      (error: unknown) => {
        assert.ok(DurationError.is(error), text)
        assert.equal(error.code, 'FRAMELAB_DURATION')
        assert.equal(error.value, text)
        for (const part of [`'${text}'`, '500ms', '5s', '2m', '1h']) assert.ok(error.message.includes(part))
        return true
      }
    )
  }
})

test('a duration is written in the largest unit that needs no fraction', () => {
  assert.deepEqual([500, 5000, 120_000, 3_600_000, 90_000, 1500, 0].map(formatDuration), [
    '500ms',
    '5s',
    '2m',
    '1h',
    '90s',
    '1500ms',
    '0s'
  ])
})

test('what is written reads back as just as many milliseconds', () => {
  fc.assert(fc.property(fc.maxSafeNat(), durationMs => parseDuration(formatDuration(durationMs)) === durationMs))
})
