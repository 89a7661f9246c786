import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { optimizationNames, presetSwitches, type Switches } from '../../src/contract/optimizations.ts'
import { SwitchLayers } from '../../src/workers/switch-layers.ts'
import { SwitchModel, switchSteps } from '../support/switch-model.ts'

const workers = [1, 2, 3]

function inForce(layers: SwitchLayers): Switches[] {
  const { optimizations } = layers.report()
  return workers.map(
    worker =>
      Object.fromEntries(optimizations.map(({ name, workers: values }) => [name, values[`${worker}`]])) as Switches
  )
}

test('after any sequence of changes, ends and deletes, what is reported and in force is what a model says', () => {
  fc.assert(
    fc.property(switchSteps(workers), steps => {
      const layers = new SwitchLayers(workers, presetSwitches('buffered'))
      const model = new SwitchModel(workers, presetSwitches('buffered'))
      let nowMs = 0
      for (const step of steps) {
        const revision = layers.revision
        const before = workers.map(worker => layers.of(worker))
        let ended = 0
        if (step.type === 'wait') {
          nowMs += step.ms
          while (layers.endNextDue(nowMs) !== null) ended++
        } else if (step.type === 'delete') {
          const id = layers.layers[step.place % Math.max(1, layers.layers.length)]?.id ?? 'none'
          if (layers.remove(id) !== null) ended++
          model.delete(step.place)
        } else {
          const { switches, ttlMs } = step
          const layer = { switches, workers: step.workers, by: 'model', reason: null, at: '', expiresAt: '' }
          const { changes } =
            ttlMs === null ? layers.changeBase(step.workers, switches) : layers.add(layer, nowMs + ttlMs)
          ended++
          model.change(step, nowMs)
          // What it says it changed is what differs.
          for (const [index, worker] of workers.entries()) {
            for (const name of optimizationNames) {
              const told = changes.find(change => change.name === name && change.workers.includes(worker))
              const [old, current] = [before[index]?.[name], layers.of(worker)[name]]
              assert.deepEqual(told && [told.before, told.after], old === current ? undefined : [old, current])
            }
          }
        }
        assert.deepEqual(inForce(layers), model.inForce(nowMs))
        assert.deepEqual(
          workers.map(worker => layers.of(worker)),
          inForce(layers)
        )
        assert.equal(layers.layers.length, model.layersAt(nowMs))
        assert.equal(layers.revision, revision + ended)
      }
    }),
    { numRuns: 300 }
  )
})

test('layers that end together end one by one, the one that is due longest first', () => {
  const layers = new SwitchLayers([1], presetSwitches('baseline'))
  const layer = { switches: { ackPool: true }, workers: [1], by: 'x', reason: null, at: '', expiresAt: '' }
  layers.add(layer, 20)
  layers.add(layer, 10)
  assert.equal(layers.nextEndMs, 10)
  assert.equal(layers.endNextDue(9), null)
  assert.equal(layers.endNextDue(30)?.layer?.id, '2')
  assert.equal(layers.endNextDue(30)?.layer?.id, '1')
  assert.equal(layers.endNextDue(30), null)
  assert.equal(layers.nextEndMs, null)
})

test('a report cannot be used to change what is in force', () => {
  const layers = new SwitchLayers([1], presetSwitches('baseline'))
  layers.of(1).ackPool = true
  Object.assign(layers.report().optimizations[0]?.workers ?? {}, { 1: true })
  assert.deepEqual(layers.of(1), presetSwitches('baseline'))
})
