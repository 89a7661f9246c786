import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pace } from '../../src/workers/experiments/pace.ts'

test('what takes longer than planned so far will go on like that, and progress never goes back', () => {
  let now = 5000
  const pace = new Pace(100, () => now)
  assert.deepEqual([pace.progress, pace.remainingSeconds], [0, 100])
  now += 25_000
  assert.deepEqual([pace.progress, pace.remainingSeconds], [0.25, 75])
  // A tenth of the plan took a quarter of its time.
  pace.reach(10)
  assert.equal(pace.remainingSeconds, 225)
  assert.equal(pace.progress, 0.25)
  now += 100_000
  pace.reach(50)
  assert.equal(pace.remainingSeconds, 125)
  assert.equal(pace.progress, 0.5)
  now += 130_000
  assert.deepEqual([pace.progress, pace.remainingSeconds], [1, 0])
})
