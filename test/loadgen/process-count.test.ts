import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fewestEnough } from '../../src/loadgen/process-count.ts'

/** `perProcess` acks a second from each process, as many of which as the server has time for. */
function tried(perProcess: number, server: number, cores = Number.POSITIVE_INFINITY) {
  const trials: number[] = []
  const measure = async (processes: number) => {
    trials.push(processes)
    const able = perProcess * Math.min(processes, cores)
    return { ackedPerSecond: Math.min(able, server), generator: { limited: able < server, why: null } }
  }
  return { trials, measure }
}

test('one process that is not the limit is enough', async () => {
  const { trials, measure } = tried(100, 90)
  assert.equal(await fewestEnough(8, true, measure), 1)
  assert.deepEqual(trials, [1])
})

test('processes are doubled until they are not the limit, or there is one a core', async () => {
  assert.equal(await fewestEnough(8, true, tried(100, 390).measure), 4)
  const { trials, measure } = tried(100, 10_000)
  assert.equal(await fewestEnough(6, true, measure), 6)
  assert.deepEqual(trials, [1, 2, 4, 6])
})

test('in a closed loop, processes that get no more acks are not used', async () => {
  const { trials, measure } = tried(100, 10_000, 2)
  assert.equal(await fewestEnough(8, true, measure), 2)
  assert.deepEqual(trials, [1, 2, 4])
})

test('an open loop gets the same acks from any number, so it takes what is in time', async () => {
  const isLimitedAt = [1, 2]
  const found = await fewestEnough(8, false, async processes => ({
    ackedPerSecond: 50,
    generator: { limited: isLimitedAt.includes(processes), why: null }
  }))
  assert.equal(found, 4)
})
