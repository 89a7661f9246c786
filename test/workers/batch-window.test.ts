import assert from 'node:assert/strict'
import test from 'node:test'
import { BatchWindows } from '../../src/workers/batch-window.ts'

const boundsSeconds = [0.001, 0.01, 0.1]
const lasting = (counts: readonly number[], count: number, sumSeconds: number) => ({
  boundsSeconds,
  counts,
  count,
  sumSeconds
})
const nothing = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }

test('batches of a second are told of each worker and of all together', () => {
  const windows = new BatchWindows()
  windows.next(new Map([[1, lasting([5, 5, 5], 5, 0.005)]]))
  const { all, each } = windows.next(
    new Map([
      [1, lasting([15, 15, 15], 15, 0.015)],
      [2, lasting([0, 30, 30], 30, 0.15)]
    ])
  )
  assert.deepEqual([each.get(1)?.perSecond, each.get(2)?.perSecond, all?.perSecond], [10, 30, 40])
  assert.equal(Math.round(each.get(1)?.meanMicroseconds ?? 0), 1000)
  assert.equal(Math.round(each.get(2)?.meanMicroseconds ?? 0), 5000)
  assert.equal(Math.round(all?.meanMicroseconds ?? 0), 4000)
  assert.ok((each.get(1)?.p99Microseconds ?? 0) <= 1000)
  assert.ok((all?.p99Microseconds ?? 0) > 9000)
})

test('a worker without batches has no figures, and takes none from the others', () => {
  const windows = new BatchWindows()
  const { all, each } = windows.next(
    new Map([
      [1, nothing],
      [2, lasting([1, 1, 1], 1, 0.0005)]
    ])
  )
  assert.equal(each.get(1), null)
  assert.equal(all?.perSecond, 1)
  assert.equal(windows.next(new Map([[1, nothing]])).all, null)
})
