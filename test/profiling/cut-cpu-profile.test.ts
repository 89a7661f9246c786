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

test('of a sample that began before the cut, what lies behind it counts', () => {
  const profile = cpuProfile([
    [[ready], 30],
    [[work], 10]
  ])
  const { startTime, endTime } = profile
  const cut = cutCpuProfile(profile, startTime + 28, endTime - 1)
  const tree = readCpuProfile(cut)
  assert.deepEqual(
    tree.frames.map(({ functionName }, index) => [functionName, tree.self[index + 1]]),
    [
      ['getReady', 2000],
      ['work', 9000]
    ]
  )
  assert.deepEqual([cut.startTime, cut.endTime], [startTime + 28, endTime - 1])
  const none = readCpuProfile(cutCpuProfile(profile, startTime + 30, endTime))
  assert.equal(none.self[1], 0)
})

test('two parts of a profile hold the time of the whole, and the whole is left as it is', () => {
  fc.assert(
    fc.property(anyStacks, fc.nat(4_000_000), (stacks, at) => {
      const profile = cpuProfile(stacks)
      const { startTime, endTime } = profile
      const total = (part: CpuProfile): number => readCpuProfile(part).total
      const parts = [
        cutCpuProfile(profile, 0, startTime + at),
        cutCpuProfile(profile, startTime + at, Number.MAX_SAFE_INTEGER)
      ]
      assert.equal(total(parts[0] as CpuProfile) + total(parts[1] as CpuProfile), total(profile))
      const whole = cutCpuProfile(profile, 0, endTime + 1)
      assert.deepEqual([whole.samples, whole.timeDeltas], [profile.samples, profile.timeDeltas])
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
