import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { cutCpuProfile } from '../../src/profiling/cut-cpu-profile.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { V8Capture } from '../../src/profiling/v8-capture.ts'
import type { CpuProfile } from '../../src/profiling/v8-profile.ts'
import { anyStacks, callFrame, cpuProfile } from './profiles.ts'

const work = callFrame('work', 'src/a.ts', 1)
const ready = callFrame('getReady', 'src/b.ts', 1)
const wait = callFrame('wait', 'src/c.ts', 1)

test('samples of what was before and after the cut are not in it', () => {
  const profile = cpuProfile([
    [[ready], 30],
    [[work], 10],
    [[wait], 5],
    [[ready], 20]
  ])
  const { startTime } = profile
  const cut = cutCpuProfile(profile, startTime + 28, startTime + 44)
  const tree = readCpuProfile(cut)
  assert.deepEqual(
    tree.frames.map(({ functionName }, index) => [functionName, tree.self[index + 1]]),
    [
      ['getReady', 0],
      ['work', 12_000],
      ['wait', 4000]
    ]
  )
  assert.deepEqual([cut.startTime, cut.endTime], [startTime + 28, startTime + 44])
  assert.deepEqual(
    cut.nodes.map(({ hitCount }) => hitCount),
    [0, 0, 1, 1]
  )
})

test('a cut holds its whole time, unless no sample was taken in it', () => {
  fc.assert(
    fc.property(anyStacks, fc.nat(4_000_000), fc.nat(4_000_000), (stacks, from, length) => {
      const profile = cpuProfile(stacks)
      const cut = cutCpuProfile(profile, profile.startTime + from, profile.startTime + from + length)
      const wanted = cut.samples.length === 0 ? 0 : (cut.endTime - cut.startTime) * 1000
      assert.equal(readCpuProfile(cut).total, wanted)
    })
  )
})

test('a profile that lies within the cut is left as it is', () => {
  fc.assert(
    fc.property(anyStacks, stacks => {
      const profile = cpuProfile(stacks)
      const { samples, timeDeltas } = cutCpuProfile(profile, 0, Number.MAX_SAFE_INTEGER)
      assert.deepEqual([samples, timeDeltas], [profile.samples, profile.timeDeltas])
    })
  )
})

test('V8 writes its profiles by the clock that they are cut by', () => {
  const before = V8Capture.clockUs()
  const capture = new V8Capture('cpu', 1000, false)
  const begun = V8Capture.clockUs()
  const { startTime, endTime } = capture.stop() as CpuProfile
  const after = V8Capture.clockUs()
  assert.ok(before <= startTime && startTime <= begun, `${before} ${startTime} ${begun}`)
  assert.ok(begun <= endTime && endTime <= after, `${begun} ${endTime} ${after}`)
})
