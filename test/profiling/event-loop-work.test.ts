import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chargeEventLoop } from '../../src/profiling/event-loop-work.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { costOf } from '../../src/profiling/read-profile.ts'
import { anyStacks, callFrame, cpuProfile } from './profiles.ts'

const near = (a: number, b: number): void => assert.ok(Math.abs(a - b) <= 1e-6 * Math.max(1, b), `${a}, ${b}`)

test('what the system charged beyond the samples is the work of the event loop, as far as there was idle time', () => {
  fc.assert(
    fc.property(anyStacks, fc.integer({ min: 0, max: 10_000_000_000 }), (stacks, cpuNanoseconds) => {
      const tree = readCpuProfile(cpuProfile(stacks))
      const { total } = tree
      const sampled = costOf(tree)
      chargeEventLoop(tree, cpuNanoseconds)
      near(tree.total, total)
      near(costOf(tree), Math.min(total, Math.max(sampled, cpuNanoseconds)))
      assert.ok(tree.self.every(weight => weight >= 0))
    })
  )
})

test('it is a function of its own, beside those that V8 names', () => {
  const tree = readCpuProfile(
    cpuProfile([
      [[callFrame('onRead', 'src/dataplane/connection.ts', 12)], 3],
      [[callFrame('(idle)')], 10]
    ])
  )
  chargeEventLoop(tree, 7_000)
  assert.deepEqual(
    tree.frames.map(({ functionName, category }, index) => [functionName, category, tree.self[index + 1]]),
    [
      ['onRead', 'framelab', 3000],
      ['(idle)', 'idle', 6000],
      ['(event loop: reading, polling)', 'loop', 4000]
    ]
  )
})
