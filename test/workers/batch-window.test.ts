import assert from 'node:assert/strict'
import test from 'node:test'
import type { BatchDurations } from '../../src/contract/snapshot.ts'
import { BatchWindow } from '../../src/workers/batch-window.ts'

const boundsSeconds = [0.001, 0.01, 0.1]
const durations = (counts: number[], count: number, sumSeconds: number): BatchDurations => ({
  boundsSeconds,
  counts,
  count,
  sumSeconds
})
const nothing: BatchDurations = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

test('batches are told of the time since the last look, over all workers', () => {
  const window = new BatchWindow()
  assert.equal(window.next([nothing, nothing]), null)
  const first = window.next([durations([100, 100, 100], 100, 0.05), nothing])
  assert.equal(first?.perSecond, 100)
  assert.ok(Math.abs((first?.meanMicroseconds ?? 0) - 500) < 1e-6)
  const second = window.next([durations([100, 150, 150], 150, 0.3), durations([0, 50, 50], 50, 0.25)])
  assert.equal(second?.perSecond, 100)
  assert.ok(Math.abs((second?.meanMicroseconds ?? 0) - 5000) < 1e-6)
  assert.ok((second?.p99Microseconds ?? 0) > 9_000 && (second?.p99Microseconds ?? 0) <= 10_000)
  assert.equal(window.next([durations([100, 150, 150], 150, 0.3), durations([0, 50, 50], 50, 0.25)]), null)
})

test('what lasts longer than the last bound counts as that', () => {
  assert.equal(new BatchWindow().next([durations([0, 0, 0], 10, 5)])?.p99Microseconds, 100_000)
})
