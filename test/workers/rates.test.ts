import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noTotals } from '../../src/contract/snapshot.ts'
import type { WorkerSnapshot } from '../../src/contract/worker-messages.ts'
import { ProcessMonitor } from '../../src/telemetry/process-monitor.ts'
import { RateWindow, workerRates } from '../../src/workers/rates.ts'

const process = new ProcessMonitor().read()

function snapshot(seconds: number, frames: number, busySeconds: number): WorkerSnapshot {
  const totals = {
    ...noTotals(),
    framesReceived: frames,
    reads: 2 * frames,
    writes: frames,
    bytesReceived: 28 * frames,
    bytesSent: 14 * frames
  }
  const loop = { loopActiveSeconds: busySeconds, loopIdleSeconds: seconds - busySeconds }
  const batches = { boundsSeconds: [], counts: [], count: 0, sumSeconds: 0 }
  const { atMs, slowestBatch, toldSeconds } = { atMs: 1000 * seconds, slowestBatch: null, toldSeconds: 0 }
  return { atMs, totals, batches, slowestBatch, process: { ...process, ...loop }, toldSeconds }
}

function windowOf(...snapshots: WorkerSnapshot[]): RateWindow {
  const window = new RateWindow()
  for (const one of snapshots) window.push(one)
  return window
}

test('the rates of a worker are those of the time between its first and last snapshot', () => {
  const rates = workerRates([windowOf(snapshot(0, 0, 0), snapshot(1, 700, 0.2), snapshot(2, 1000, 0.5))])
  assert.equal(rates.framesReceivedPerSecond, 500)
  assert.equal(rates.readsPerFrame, 2)
  assert.equal(rates.writesPerFrame, 1)
  assert.equal(rates.bytesReceivedPerSecond, 14_000)
  assert.equal(rates.bytesSentPerSecond, 7000)
  assert.equal(rates.loopUse, 0.25)
})

test('of two processes of a worker, traffic adds up, and the busier loop counts', () => {
  const old = windowOf(snapshot(0, 0, 0), snapshot(2, 100, 0.5))
  const young = windowOf(snapshot(0, 0, 0), snapshot(1, 100, 0.9))
  const rates = workerRates([old, young])
  assert.equal(rates.framesReceivedPerSecond, 150)
  assert.equal(rates.loopUse, 0.9)
})

test('without two snapshots there are no rates', () => {
  for (const windows of [[], [windowOf()], [windowOf(snapshot(1, 100, 1))]]) {
    assert.ok(Object.values(workerRates(windows)).every(rate => rate === 0))
  }
})
