import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ChargedTime, chargeCpuTime } from '../../src/profiling/charged-time.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { costOf } from '../../src/profiling/read-profile.ts'
import type { StackTree } from '../../src/profiling/stack-tree.ts'
import { anyStacks, callFrame, cpuProfile } from './profiles.ts'

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, b), `${a}, ${b}`)
const anyTime = fc.integer({ min: 0, max: 10_000_000_000 })
const anyCharge: fc.Arbitrary<ChargedTime> = fc.record({
  cpu: anyTime,
  mainThread: fc.option(fc.record({ ran: anyTime, waited: anyTime }))
})

const reading = [callFrame('onRead', 'src/dataplane/connection.ts', 12)]
const writing = [...reading, callFrame('writeBuffer')]
const stacksOf = (tree: StackTree): Record<string, number> =>
  Object.fromEntries(tree.frames.map(({ functionName }, index) => [functionName, tree.self[index + 1] ?? 0]))

test('what the profile costs is what the system has charged, whatever was sampled', () => {
  fc.assert(
    fc.property(anyStacks, anyCharge, (stacks, charge) => {
      const tree = readCpuProfile(cpuProfile(stacks))
      chargeCpuTime(tree, charge)
      near(costOf(tree), charge.cpu)
      assert.ok(tree.self.every(weight => weight >= 0))
    })
  )
})

test('what it costs beyond the samples is a function of its own, taken out of what V8 held to be idle', () => {
  const tree = readCpuProfile(
    cpuProfile([
      [reading, 3],
      [[callFrame('(idle)')], 10]
    ])
  )
  assert.equal(chargeCpuTime(tree, { cpu: 9_000, mainThread: { ran: 7_000, waited: 0 } }), 1)
  assert.deepEqual(stacksOf(tree), {
    onRead: 3000,
    '(idle)': 6000,
    '(event loop: reading sockets, polling)': 4000,
    '(other threads: collector, compiler, profiler)': 2000
  })
  assert.deepEqual(
    tree.frames.map(({ category }) => category),
    ['framelab', 'idle', 'loop', 'threads']
  )
})

test('of a thread that had half a core, half of the samples count, of every function alike', () => {
  const tree = readCpuProfile(
    cpuProfile([
      [writing, 6],
      [reading, 2],
      [[callFrame('(idle)')], 10]
    ])
  )
  assert.equal(chargeCpuTime(tree, { cpu: 7_000, mainThread: { ran: 7_000, waited: 7_000 } }), 0.5)
  assert.deepEqual(stacksOf(tree), {
    onRead: 1000,
    writeBuffer: 3000,
    '(idle)': 7000,
    '(waiting for a core)': 4000,
    '(event loop: reading sockets, polling)': 3000
  })
})

test('where the system does not tell threads apart, no more is charged than it tells of the process', () => {
  const tree = readCpuProfile(cpuProfile([[reading, 8]]))
  assert.equal(chargeCpuTime(tree, { cpu: 6_000, mainThread: null }), 0.75)
  assert.deepEqual(stacksOf(tree), { onRead: 6000, '(waiting for a core)': 2000 })
})
