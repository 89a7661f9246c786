import assert from 'node:assert/strict'
import { test } from 'node:test'
import { admissionReasons, closeReasons, refusalReasons } from '../../src/contract/reasons.ts'
import { ProtocolError, type StreamReason, streamRules } from '../../src/protocol/protocol-error.ts'
import { refused } from '../support/golden.ts'

const reasons = Object.keys(streamRules) as StreamReason[]

test('every reason that a stream is refused for has a rule in words', () => {
  for (const reason of reasons) assert.match(streamRules[reason], /\w+ \w+/)
})

test('every reason that a stream is refused for has a golden vector, and no vector another reason', () => {
  assert.deepEqual(new Set(refused.map(({ reason }) => reason)), new Set(reasons))
})

test('every reason that a stream is refused for is counted, as a refusal and as the end of its connection', () => {
  for (const reason of reasons) {
    assert.ok(refusalReasons.includes(reason))
    assert.ok(closeReasons.includes(reason))
  }
})

test('the reasons are those of the protocol, and the limits', () => {
  const limits = ['frame_timeout', 'idle_timeout', 'slow_consumer', ...admissionReasons]
  assert.deepEqual(new Set(refusalReasons), new Set([...reasons, ...limits]))
})

for (const reason of reasons) {
  test(`an error of ${reason} says which rule broke, where and with which value`, () => {
    const error = new ProtocolError(reason, 0x80000000, 17)
    assert.equal(error.name, 'ProtocolError')
    assert.equal(error.code, 'FRAMELAB_PROTOCOL_ERROR')
    assert.deepEqual([error.reason, error.value, error.offset], [reason, 2147483648, 17])
    for (const told of [reason, streamRules[reason], '2147483648', '0x80000000', 'offset 17']) {
      assert.ok(error.message.includes(told), `${told} in: ${error.message}`)
    }
    const later = error.shifted(100)
    assert.deepEqual([later.reason, later.value, later.offset], [reason, 2147483648, 117])
    assert.ok(later.message.includes('offset 117'))
  })
}

test('a protocol error is known by its brand, and nothing else is taken for one', () => {
  assert.ok(ProtocolError.is(new ProtocolError('frame_too_short', 3, 0)))
  assert.ok(ProtocolError.is({ [Symbol.for('framelab.ProtocolError')]: true }))
  for (const other of [
    new Error('frame_too_short'),
    null,
    undefined,
    'frame_too_short',
    { reason: 'frame_too_short' }
  ]) {
    assert.ok(!ProtocolError.is(other))
  }
})
