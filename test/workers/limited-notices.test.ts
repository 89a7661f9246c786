import assert from 'node:assert/strict'
import test from 'node:test'
import { LimitedNotices } from '../../src/workers/limited-notices.ts'

test('of a flood a few notices pass each second, and every one withheld is counted once', t => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  let nowMs = 0
  let passed = 0
  let counted = 0
  const later: number[] = []
  const notices = new LimitedNotices(
    () => nowMs,
    count => later.push(count)
  )
  const offer = (): void =>
    notices.offer(suppressed => {
      passed++
      counted += suppressed
    })
  for (let count = 0; count < 100; count++) offer()
  assert.deepEqual({ passed, counted, later }, { passed: 5, counted: 0, later: [] })
  nowMs = 1000
  offer()
  assert.deepEqual({ passed, counted }, { passed: 6, counted: 95 })
  t.mock.timers.tick(1000)
  assert.deepEqual(later, [], 'the notice that followed has told of them')

  for (let count = 0; count < 10; count++) offer()
  t.mock.timers.tick(1000)
  assert.deepEqual(later, [6], 'no notice follows these, and they are told nevertheless')
  t.mock.timers.tick(5000)
  assert.deepEqual(later, [6])
})
