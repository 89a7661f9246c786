import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { pairStacks } from '../../src/profiling/difference.ts'
import { flameGraphLibraries } from '../../src/profiling/flame-graph-libraries.ts'
import { type FlameNode, flameTree } from '../../src/profiling/flame-tree.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { costOf } from '../../src/profiling/read-profile.ts'
import { anyStacks, callFrame, cpuProfile, type TimedStack } from './profiles.ts'

const treeOf = (before: readonly TimedStack[], after: readonly TimedStack[]): FlameNode => {
  const measured = (stacks: readonly TimedStack[]) => ({
    tree: readCpuProfile(cpuProfile(stacks)),
    frames: 1,
    seconds: 1,
    quantum: 1
  })
  const paired = pairStacks(measured(before), measured(after), 'total')
  return flameTree(paired.tree, paired.before, paired.after)
}

test('the widest box is everything but idle time, before and after', () => {
  fc.assert(
    fc.property(anyStacks, anyStacks, (before, after) => {
      const all = treeOf(before, after)
      assert.equal(all.before, costOf(readCpuProfile(cpuProfile(before))))
      assert.equal(all.after, costOf(readCpuProfile(cpuProfile(after))))
    })
  )
})

test('no box is wider than the one it stands on, in either profile', () => {
  const check = ({ before, after, children }: FlameNode): void => {
    for (const side of ['before', 'after'] as const) {
      const sum = children.reduce((total, child) => total + child[side], 0)
      assert.ok(sum <= { before, after }[side] * (1 + 1e-9))
    }
    children.forEach(check)
  }
  fc.assert(fc.property(anyStacks, anyStacks, (before, after) => check(treeOf(before, after))))
})

test('what only one profile has stands in the tree, and what is too narrow to see does not', () => {
  const [gone, come, tiny] = ['gone', 'come', 'tiny'].map(name => callFrame(name, 'src/a.ts', 1))
  const all = treeOf(
    [
      [[gone as never], 100_000],
      [[tiny as never], 1]
    ],
    [[[come as never], 100_000]]
  )
  assert.deepEqual(
    all.children.map(({ name, before, after }) => [name, before, after]),
    [
      ['gone (src/a.ts:1)', 1e8, 0],
      ['come (src/a.ts:1)', 0, 1e8]
    ]
  )
})

test('the scripts that draw come from the packages, and cannot end the script they are put into', () => {
  const scripts = flameGraphLibraries()
  assert.ok(scripts.length > 50_000)
  assert.ok(scripts.includes('flamegraph') && !scripts.includes('</script'))
})
