import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerSnapshot } from '../../src/contract/worker-messages.ts'
import { SnapshotMeter } from '../../src/workers/snapshot-meter.ts'

const snapshot = (toldSeconds: number): WorkerSnapshot => ({ toldSeconds }) as WorkerSnapshot

test('the price of snapshots adds up over processes, also while two are alive', () => {
  const meter = new SnapshotMeter()
  meter.note(0, snapshot(0.25))
  meter.note(1, snapshot(0.5))
  meter.note(0, snapshot(0.75))
  meter.processEnded(0)
  meter.note(1, snapshot(1.5))
  assert.deepEqual(meter.price, {
    count: 4,
    bytes: [0.25, 0.5, 0.75, 1.5].join().length - 3 + 4 * '{"toldSeconds":}'.length,
    seconds: 2.25
  })
})
