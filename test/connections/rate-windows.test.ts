import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ratedFields, rateWindowsSeconds } from '../../src/contract/connection-rates.ts'
import { NO_SLOT, type Rated, RateWindows } from '../../src/dataplane/rate-windows.ts'

interface Moving extends Rated {
  readonly traffic: { framesReceived: number; framesSent: number; bytesReceived: number; bytesSent: number }
}

function connection(openedAtMs = 0): Moving {
  const traffic = { framesReceived: 0, framesSent: 0, bytesReceived: 0, bytesSent: 0 }
  return { openedAtMs, rateSlot: NO_SLOT, traffic }
}

function move({ traffic }: Moving, frames: number): void {
  traffic.framesReceived += frames
  traffic.framesSent += frames
  traffic.bytesReceived += frames * 28
  traffic.bytesSent += frames * 14
}

test('a steady connection has the same rate over every window', () => {
  const windows = new RateWindows(0)
  const steady = connection()
  for (let second = 1; second <= 200; second++) {
    move(steady, 10)
    windows.tick(second * 1000, [steady])
    for (const seconds of rateWindowsSeconds) {
      assert.equal(windows.rate(steady, 'framesReceived', seconds), 10, `${seconds} s window at ${second} s`)
      assert.equal(windows.rate(steady, 'bytesReceived', seconds), 280)
      assert.equal(windows.rate(steady, 'bytesSent', seconds), 140)
    }
  }
})

test('a burst is in each window for just as long as it lasts', () => {
  for (const burstAt of [70, 71, 72, 73, 74]) {
    const windows = new RateWindows(0)
    const bursting = connection()
    move(bursting, 1)
    const seen: Record<number, number> = { 1: 0, 10: 0, 60: 0 }
    for (let second = 1; second <= 200; second++) {
      if (second === burstAt) move(bursting, 600)
      windows.tick(second * 1000, [bursting])
      if (second < burstAt) continue
      for (const seconds of rateWindowsSeconds)
        if (windows.rate(bursting, 'framesSent', seconds) > 0) (seen[seconds] as number)++
    }
    assert.deepEqual([seen[1], seen[10]], [1, 10])
    assert.ok((seen[60] as number) >= 60 && (seen[60] as number) <= 64, `${seen[60]}`)
  }
})

test('a young connection has its rates over its life, and never over less than a second', () => {
  const windows = new RateWindows(0)
  for (let second = 1; second <= 100; second++) windows.tick(second * 1000, [])
  const young = connection(100_900)
  move(young, 50)
  assert.equal(windows.rate(young, 'framesReceived', 1), 0, 'no whole second yet')
  windows.tick(101_000, [young])
  for (const seconds of rateWindowsSeconds) assert.equal(windows.rate(young, 'framesReceived', seconds), 50)
  for (let second = 102; second <= 105; second++) windows.tick(second * 1000, [young])
  assert.equal(windows.rate(young, 'framesReceived', 1), 0)
  for (const seconds of [10, 60] as const) assert.equal(windows.rate(young, 'framesReceived', seconds), 50 / 4.1)
})

test('late ticks do not bend the rates', () => {
  const windows = new RateWindows(0)
  const steady = connection()
  let nowMs = 0
  for (const lateMs of [0, 300, 0, 2500, 10, 0, 700, 0, 0, 0, 0, 120, 0]) {
    nowMs += 1000 + lateMs
    move(steady, (1000 + lateMs) / 10)
    windows.tick(nowMs, [steady])
    assert.ok(Math.abs(windows.rate(steady, 'framesReceived', 1) - 100) < 1e-9)
    assert.ok(Math.abs(windows.rate(steady, 'framesReceived', 10) - 100) < 1e-9)
  }
})

test('a connection on which nothing ever came takes no memory for samples', () => {
  const windows = new RateWindows(0)
  const silent = connection()
  for (let second = 1; second <= 100; second++) windows.tick(second * 1000, [silent])
  assert.equal(silent.rateSlot, NO_SLOT)
  assert.ok(Object.values(windows.rates(silent)).every(rate => rate === 0))
})

test('a slot that is used again knows nothing of the connection before', () => {
  const windows = new RateWindows(0)
  const first = connection()
  for (let second = 1; second <= 100; second++) {
    move(first, 1000)
    windows.tick(second * 1000, [first])
  }
  const slot = first.rateSlot
  windows.release(first)
  const next = connection(100_000)
  move(next, 1)
  windows.tick(101_000, [next])
  assert.equal(next.rateSlot, slot)
  for (const seconds of rateWindowsSeconds) assert.equal(windows.rate(next, 'framesReceived', seconds), 1)
})

test('more connections than a chunk has slots keep apart', () => {
  const windows = new RateWindows(0)
  const many = Array.from({ length: 2500 }, () => connection())
  for (let second = 1; second <= 12; second++) {
    for (const [index, one] of many.entries()) move(one, index + 1)
    windows.tick(second * 1000, many)
  }
  for (const [index, one] of many.entries()) {
    for (const seconds of rateWindowsSeconds) assert.equal(windows.rate(one, 'framesReceived', seconds), index + 1)
  }
})

test('totals beyond 2^32 frames are told apart', () => {
  const windows = new RateWindows(0)
  const busy = connection()
  move(busy, 2 ** 32 - 5)
  windows.tick(1000, [busy])
  move(busy, 10)
  windows.tick(2000, [busy])
  assert.equal(windows.rate(busy, 'framesReceived', 1), 10)
  assert.equal(windows.rate(busy, 'bytesReceived', 1), 280)
})

test('any traffic, quiet times included, has the rates of its totals at the ticks', () => {
  const seconds = fc.array(fc.oneof(fc.constant(0), fc.nat(1000)), { minLength: 1, maxLength: 150 })
  const quiet = fc
    .tuple(fc.integer({ min: 0, max: 150 }), seconds)
    .map(([zeros, rest]) => [...Array(zeros).fill(0), ...rest])
  fc.assert(
    fc.property(fc.array(quiet, { minLength: 1, maxLength: 3 }), parts => {
      const windows = new RateWindows(0)
      const one = connection()
      const totals = [0]
      for (const frames of parts.flat() as number[]) {
        move(one, frames)
        totals.push(one.traffic.framesReceived)
        windows.tick((totals.length - 1) * 1000, [one])
      }
      const last = totals.length - 1
      for (const window of rateWindowsSeconds) {
        const from = Math.max(0, window === 60 ? last - (last % 5) - 60 : last - window)
        const expected = ((totals[last] as number) - (totals[from] as number)) / (last - from)
        const scale = { framesReceived: 1, framesSent: 1, bytesReceived: 28, bytesSent: 14 }
        for (const field of ratedFields) {
          assert.ok(Math.abs(windows.rate(one, field, window) - expected * scale[field]) < 1e-6)
        }
      }
    }),
    { numRuns: 150, seed: 1 }
  )
})
