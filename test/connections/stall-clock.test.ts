import assert from 'node:assert/strict'
import { test } from 'node:test'
import { StallClock } from '../../src/dataplane/stall-clock.ts'

test('stalls add up, and the longest is kept', () => {
  const clock = new StallClock()
  clock.begin(100)
  clock.end(350)
  clock.begin(1000)
  clock.end(1100)
  assert.deepEqual([clock.count, clock.totalMs(5000), clock.longestMs(5000)], [2, 350, 250])
})

test('a stall under way counts with what it has lasted', () => {
  const clock = new StallClock()
  clock.begin(100)
  clock.end(200)
  clock.begin(300)
  assert.deepEqual([clock.count, clock.totalMs(450), clock.longestMs(450)], [2, 250, 150])
  assert.deepEqual([clock.totalMs(350), clock.longestMs(350)], [150, 100])
})

test('beginning twice is one stall, ending none is nothing', () => {
  const clock = new StallClock()
  clock.end(50)
  clock.begin(100)
  clock.begin(200)
  clock.end(300)
  clock.end(400)
  assert.deepEqual([clock.count, clock.totalMs(500), clock.longestMs(500)], [1, 200, 200])
})
