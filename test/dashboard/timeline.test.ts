import assert from 'node:assert/strict'
import test from 'node:test'
import { TIMELINE_POINTS, Timeline } from '../../src/dashboard/live/timeline.ts'

test('the timeline keeps the last ten minutes of every figure in step', () => {
  const timeline = new Timeline()
  for (let second = 0; second < TIMELINE_POINTS + 50; second++) timeline.push(second, { a: second })
  assert.equal(timeline.length, TIMELINE_POINTS)
  assert.equal(timeline.times[0], 50)
  assert.equal(timeline.at('a', 0), 50)
  assert.equal(timeline.latest('a'), TIMELINE_POINTS + 49)
  assert.equal(timeline.column('a').length, TIMELINE_POINTS)
})

test('a figure that comes late has no value before, and one that is missing has none then', () => {
  const timeline = new Timeline()
  timeline.push(1, { a: 1 })
  timeline.push(2, { b: 2 })
  assert.deepEqual(timeline.column('a'), [1, null])
  assert.deepEqual(timeline.column('b'), [null, 2])
  assert.deepEqual(timeline.column('never'), [null, null])
})

test('what is told twice counts once, and a pause is a gap in the lines', () => {
  const timeline = new Timeline()
  for (const time of [1, 2, 2, 1, 30]) timeline.push(time, { a: time })
  assert.deepEqual(timeline.column('a'), [1, 2, null, 30])
})

test('a mean is of what is known after one instant and up to another', () => {
  const timeline = new Timeline()
  for (const time of [1, 2, 3, 4]) timeline.push(time, { a: time === 3 ? null : time })
  assert.equal(timeline.mean('a', 1, 4), 3)
  assert.equal(timeline.mean('a', 4, 9), null)
  assert.equal(timeline.mean('b', 0, 9), null)
})
