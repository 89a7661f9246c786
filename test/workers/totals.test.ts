import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noTotals } from '../../src/contract/snapshot.ts'
import type { WorkerSnapshot } from '../../src/contract/worker-messages.ts'
import { ProcessMonitor } from '../../src/telemetry/process-monitor.ts'
import { LastingTotals } from '../../src/workers/totals.ts'

const monitor = new ProcessMonitor()

function snapshot(framesReceived: number, connectionsOpen = 0, pid = 1): WorkerSnapshot {
  const process = { ...monitor.read(), pid, cpuUserSeconds: framesReceived, cpuSystemSeconds: 0, rssBytes: 1000 + pid }
  const batches = { boundsSeconds: [1], counts: [framesReceived], count: framesReceived, sumSeconds: framesReceived }
  const totals = { ...noTotals(), framesReceived, connectionsOpen }
  return { atMs: 0, totals, batches, slowestBatch: null, process, toldSeconds: 0 }
}

test('totals are those of all processes, also while two are alive, and never go down', () => {
  const lasting = new LastingTotals()
  const frames: number[] = []
  const note = (): unknown => frames.push(lasting.read().totals.framesReceived)
  lasting.update(0, snapshot(10))
  note()
  lasting.update(1, snapshot(5))
  note()
  lasting.update(0, snapshot(12))
  note()
  lasting.processEnded(0)
  note()
  lasting.update(1, snapshot(6))
  note()
  lasting.processEnded(1)
  note()
  assert.deepEqual(frames, [10, 15, 17, 17, 18, 18])
})

test('processor time and batches add up over processes, memory is that of the newest', () => {
  const lasting = new LastingTotals()
  lasting.update(1, snapshot(5, 0, 22))
  lasting.update(0, snapshot(10, 0, 11))
  const { process, batches } = lasting.read()
  assert.equal(process?.cpuUserSeconds, 15)
  assert.equal(process?.pid, 22)
  assert.equal(process?.rssBytes, 1022)
  assert.deepEqual(batches, { boundsSeconds: [1], counts: [15], count: 15, sumSeconds: 15 })
})

test('connections that were open when a process ended are lost, and open no more', () => {
  const lasting = new LastingTotals()
  lasting.update(0, snapshot(10, 3))
  lasting.update(1, snapshot(0, 4))
  assert.equal(lasting.read().totals.connectionsOpen, 7)
  lasting.processEnded(0)
  assert.equal(lasting.read().totals.connectionsOpen, 4)
  assert.equal(lasting.read().totals.closed.worker_lost, 3)
})

test('between two processes the totals stand, processor time among them, and there is no process', () => {
  const lasting = new LastingTotals()
  assert.deepEqual(lasting.spent, { cpuSeconds: 0, gcSeconds: 0 })
  assert.equal(lasting.read().process, null)
  lasting.update(0, snapshot(10))
  lasting.processEnded(0)
  lasting.processEnded(0)
  assert.equal(lasting.read().totals.framesReceived, 10)
  assert.equal(lasting.spent.cpuSeconds, 10)
  assert.equal(lasting.read().process, null)
})

test('of slow batches the latest of each bucket is kept, over restarts too', () => {
  const lasting = new LastingTotals()
  const slow = (connection: string, seconds: number) => ({ connection, seconds, atSeconds: 1_795_906_800 })
  for (const [incarnation, connection, seconds] of [
    [0, '1-1', 0.5],
    [0, '1-2', 0.7],
    [0, '1-3', 1.5],
    [1, '1.1-1', 3]
  ] as const) {
    lasting.update(incarnation, { ...snapshot(1), slowestBatch: slow(connection, seconds) })
  }
  lasting.update(1, snapshot(2))
  lasting.processEnded(0)
  assert.deepEqual(lasting.slowBatches, [slow('1-2', 0.7), slow('1.1-1', 3)])
})
