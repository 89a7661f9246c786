import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { isAlive, thisProcess } from '../../src/workers/experiments/record-owner.ts'
import { putBack, switchesBefore } from '../../src/workers/experiments/switches-before.ts'
import { SwitchLayers } from '../../src/workers/switch-layers.ts'

const now = new Date('2026-01-02T03:04:05.678Z')
const layerUntil = (seconds: number, workers: number[]) => ({
  switches: { packetPool: false },
  workers,
  by: 'ada',
  reason: null,
  at: now.toISOString(),
  expiresAt: new Date(now.getTime() + seconds * 1000).toISOString()
})

test('another process has what was in force before on each worker; layers end when they were to, and ended ones stay so', () => {
  const before = new SwitchLayers([1, 2], presetSwitches('pooled'))
  before.changeBase([2], { noDelay: false })
  before.add(layerUntil(60, [1]), 60_000)
  before.add({ ...layerUntil(5, [2]), switches: { ackPool: false } }, 5000)
  const record = JSON.parse(JSON.stringify(switchesBefore(before)))

  const after = new SwitchLayers([1, 2, 3], presetSwitches('baseline'))
  const later = new Date(now.getTime() + 10_000)
  putBack(record, after, later, 1000)
  assert.deepEqual(after.of(1), { ...presetSwitches('pooled'), packetPool: false })
  assert.deepEqual(after.of(2), { ...presetSwitches('pooled'), noDelay: false })
  assert.deepEqual(after.of(3), presetSwitches('baseline'), 'a worker that was not there')
  assert.equal(after.nextEndMs, 51_000)
  after.endNextDue(51_000)
  assert.deepEqual(after.of(1), presetSwitches('pooled'))
})

test('a clock that was set back makes no layer last longer than it was to', () => {
  const before = new SwitchLayers([1], presetSwitches('pooled'))
  before.add(layerUntil(60, [1]), 60_000)
  const after = new SwitchLayers([1], presetSwitches('pooled'))
  putBack(switchesBefore(before), after, new Date(now.getTime() - 40 * 86_400_000), 1000)
  assert.equal(after.nextEndMs, 61_000)
})

test('workers that there are no more are left out', () => {
  const before = new SwitchLayers([1, 2], presetSwitches('pooled'))
  before.add(layerUntil(60, [2]), 60_000)
  const after = new SwitchLayers([1], presetSwitches('baseline'))
  assert.equal(putBack(switchesBefore(before), after, now, 0).length, 1)
  assert.deepEqual(after.of(1), presetSwitches('pooled'))
})

test('the owner of a record is alive until it ends, and one that has its process id is another', async () => {
  assert.equal(isAlive(thisProcess()), true)
  assert.equal(isAlive({ ...thisProcess(), started: '1' }), false)
  const child = spawn(process.execPath, ['-e', ''], { stdio: 'ignore' })
  await once(child, 'exit')
  assert.equal(isAlive({ pid: child.pid ?? 0, started: '1' }), false)
})
