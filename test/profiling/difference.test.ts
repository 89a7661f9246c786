import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  type Amounts,
  difference,
  type MeasuredStacks,
  NothingToDivideByError,
  norms
} from '../../src/profiling/difference.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { categories } from '../../src/profiling/stack-frame.ts'
import { mergeTrees } from '../../src/profiling/stack-tree.ts'
import { anyStacks, callFrame, cpuProfile, type TimedStack } from './profiles.ts'

const measured = (stacks: readonly TimedStack[], frames = 1000, seconds = 2): MeasuredStacks => ({
  tree: readCpuProfile(cpuProfile(stacks)),
  frames,
  seconds,
  quantum: 1_000_000
})

const anyCapture = fc
  .tuple(anyStacks, fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 1, max: 60 }))
  .map(([stacks, frames, seconds]) => measured(stacks, frames, seconds))
const anyNorm = fc.constantFrom(...norms)

function assertClose(actual: number, expected: number, scale: number): void {
  assert.ok(Math.abs(actual - expected) <= 1e-9 * Math.max(1, scale), `${actual} is not ${expected}`)
}

const sumOf = (amounts: readonly Amounts[], side: keyof Amounts): number =>
  amounts.reduce((sum, row) => sum + row[side], 0)

test('the difference of a profile with itself is nothing', () => {
  fc.assert(
    fc.property(anyCapture, anyNorm, (capture, norm) => {
      const { totals, rows, categories: byCategory } = difference(capture, capture, norm)
      assert.equal(totals.delta, 0)
      for (const { delta, inclusive, change } of rows) {
        assert.deepEqual([delta, inclusive.delta, change], [0, 0, 'both'])
      }
      for (const { delta } of Object.values(byCategory)) assert.equal(delta, 0)
    })
  )
})

test('the rows, and the categories without idle, add up to the totals, and those to what was sampled', () => {
  fc.assert(
    fc.property(anyCapture, anyCapture, anyNorm, (before, after, norm) => {
      const { totals, rows, categories: byCategory } = difference(before, after, norm)
      const scale = Math.max(totals.before, totals.after)
      const costs = categories.filter(category => category !== 'idle').map(category => byCategory[category])
      for (const side of ['before', 'after', 'delta'] as const) {
        assertClose(sumOf(rows, side), totals[side], scale)
        assertClose(sumOf(costs, side), totals[side], scale)
      }
      const divisor = { frames: after.frames, seconds: after.seconds, total: 1 }[norm]
      assertClose((totals.after + byCategory.idle.after) * divisor, after.tree.total, after.tree.total)
    })
  )
})

test('k times the frames make the same profile 1/k as dear a frame', () => {
  fc.assert(
    fc.property(anyStacks, fc.integer({ min: 1, max: 1000 }), (stacks, k) => {
      const { totals, rows } = difference(measured(stacks, 1000), measured(stacks, 1000 * k), 'frames')
      assertClose(totals.after * k, totals.before, totals.before)
      for (const row of rows) assertClose(row.after * k, row.before, totals.before)
    })
  )
})

test('k times the load for as long costs the same a frame', () => {
  fc.assert(
    fc.property(anyStacks, fc.integer({ min: 2, max: 5 }), (stacks, k) => {
      const once = measured(stacks, 700)
      const often = { ...once, tree: mergeTrees(Array.from({ length: k }, () => once.tree)), frames: 700 * k }
      const { totals } = difference(once, often, 'frames')
      assertClose(totals.delta, 0, totals.before)
    })
  )
})

test('the other way round, every delta has the other sign, and new is vanished', () => {
  fc.assert(
    fc.property(anyCapture, anyCapture, anyNorm, (before, after, norm) => {
      const there = difference(before, after, norm)
      const back = new Map(difference(after, before, norm).rows.map(row => [`${row.function} ${row.file}`, row]))
      const opposite = { new: 'vanished', vanished: 'new', both: 'both' }
      for (const row of there.rows) {
        const other = back.get(`${row.function} ${row.file}`)
        assert.equal(other?.delta, 0 - row.delta)
        assert.equal(other?.change, opposite[row.change])
      }
    })
  )
})

test('what a function costs with all it calls is no less than its own, and no more than everything', () => {
  fc.assert(
    fc.property(anyCapture, anyCapture, (before, after) => {
      const { rows, totals, categories: byCategory } = difference(before, after, 'total')
      for (const row of rows) {
        assert.ok(row.inclusive.after >= row.after)
        assert.ok(row.inclusive.after <= totals.after + byCategory.idle.after)
      }
    })
  )
})

test('a function that calls itself is counted once a stack', () => {
  const walk = callFrame('walk', 'src/dataplane/walk.ts', 1)
  const capture = measured([[[walk, walk, walk], 10]])
  const [row] = difference(capture, capture, 'total').rows
  assert.deepEqual([row?.after, row?.inclusive.after], [10_000, 10_000])
})

test('two functions of one name in two files are two rows, and the larger change comes first', () => {
  const one = callFrame('decode', 'src/a.ts', 1)
  const other = callFrame('decode', 'src/b.ts', 1)
  const { rows } = difference(
    measured([[[one], 10]]),
    measured([
      [[one], 11],
      [[other], 5]
    ]),
    'total'
  )
  assert.deepEqual(
    rows.map(({ file, delta, change }) => [file, delta, change]),
    [
      ['src/b.ts', 5000, 'new'],
      ['src/a.ts', 1000, 'both']
    ]
  )
})

test('nothing is said per frame of a capture that saw none', () => {
  const capture = measured([[[callFrame('(program)')], 10]], 0)
  assert.throws(() => difference(capture, capture, 'frames'), NothingToDivideByError)
  assert.equal(difference(capture, capture, 'seconds').totals.before, 5000)
})
