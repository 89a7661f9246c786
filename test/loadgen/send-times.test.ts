import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SendTimes } from '../../src/loadgen/send-times.ts'
import { Tally } from '../../src/loadgen/tally.ts'

test('each Submit is settled against its own time, oldest first, however batches of both kinds fall', () => {
  // Rarely everything, so that many batches come to be outstanding at once.
  const settle = fc.oneof({ weight: 9, arbitrary: fc.nat(2) }, { weight: 1, arbitrary: fc.nat(100) })
  const step = fc.record({ push: fc.nat(5), settle })
  fc.assert(
    fc.property(fc.array(step, { minLength: 100, maxLength: 300 }), steps => {
      const times = new SendTimes()
      const tally = new Tally()
      const model: number[] = []
      let nowMs = 0
      let sum = 0
      for (const { push, settle } of steps) {
        nowMs += 1
        if (push > 0) times.push(nowMs, push)
        for (let index = 0; index < push; index++) model.push(nowMs)
        const count = Math.min(settle, model.length)
        nowMs += 1
        times.settle(count, nowMs, tally)
        for (const sentMs of model.splice(0, count)) sum += (nowMs - sentMs) * 1e6
      }
      assert.equal(tally.latency.sum, sum)
    })
  )
})

test('more batches outstanding than there was room for at first are all kept', () => {
  const times = new SendTimes()
  const tally = new Tally()
  times.push(0, 1)
  times.settle(1, 0, null)
  for (let batch = 1; batch <= 1000; batch++) times.push(batch, 2)
  times.settle(2000, 1000, tally)
  assert.equal(tally.latency.count, 2000)
  assert.equal(tally.latency.sum, 2 * 1e6 * ((999 * 1000) / 2))
})

test('what is settled without a histogram is only taken off', () => {
  const times = new SendTimes()
  const tally = new Tally()
  times.push(1, 1)
  times.push(5, 1)
  times.settle(1, 9, null)
  times.settle(1, 6, tally)
  assert.equal(tally.latency.sum, 1e6)
})
