import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TooBusyError, Turnstile } from '../../src/workers/turnstile.ts'

test('so many are let through at once, in order; others wait, and whoever comes then is turned away', async () => {
  const turnstile = new Turnstile('scans', 2, 3)
  const finish: (() => void)[] = []
  const begun: number[] = []
  const passing = [0, 1, 2, 3, 4].map(name =>
    turnstile.pass(async () => {
      begun.push(name)
      await new Promise<void>(resolve => finish.push(resolve))
      if (name === 1) throw new Error('its own fault')
      return name
    })
  )
  const settled = Promise.allSettled(passing)
  await assert.rejects(
    turnstile.pass(async () => 'late'),
    TooBusyError
  )
  assert.deepEqual(begun, [0, 1])
  for (let done = 0; done < passing.length; done++) {
    while (finish.length === 0) await new Promise(setImmediate)
    finish.shift()?.()
    await new Promise(setImmediate)
    assert.ok(begun.length <= Math.min(5, done + 3))
  }
  const outcomes = await settled
  assert.deepEqual(begun, [0, 1, 2, 3, 4])
  assert.deepEqual(
    outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    [0, 'its own fault', 2, 3, 4]
  )
  assert.equal(await turnstile.pass(async () => 'room again'), 'room again')
})
