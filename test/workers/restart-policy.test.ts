import assert from 'node:assert/strict'
import test from 'node:test'
import { RestartPolicy } from '../../src/workers/restart-policy.ts'

const shortLife = 50
const longLife = 60_000

function delays(policy: RestartPolicy, deaths: number): number[] {
  return Array.from({ length: deaths }, () => policy.delayAfterDeath(shortLife))
}

test('the first death is no loop: the process is replaced at once', () => {
  assert.equal(new RestartPolicy().delayAfterDeath(shortLife), 0)
})

test('while replacements die young, each waits twice as long as the one before', () => {
  assert.deepEqual(delays(new RestartPolicy(), 6), [0, 100, 200, 400, 800, 1600])
})

test('no wait is longer than ten seconds, however long the loop goes on', () => {
  const waits = delays(new RestartPolicy(), 2000)
  assert.equal(Math.max(...waits), 10_000)
  assert.equal(waits.at(-1), 10_000)
})

test('a process that lived long begins anew: it is replaced at once, and so on', () => {
  const policy = new RestartPolicy()
  delays(policy, 5)
  assert.equal(policy.delayAfterDeath(longLife), 0)
  assert.deepEqual(delays(policy, 3), [100, 200, 400])
})
