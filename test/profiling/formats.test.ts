import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import fc from 'fast-check'
import { type Line, type Location, Profile } from 'pprof-format'
import { collapsed } from '../../src/profiling/collapsed.ts'
import { mergeCpuProfiles, mergeHeapProfiles } from '../../src/profiling/merge-v8-profiles.ts'
import { type PprofMeaning, pprof } from '../../src/profiling/pprof.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { readHeapProfile } from '../../src/profiling/read-heap-profile.ts'
import { costOf } from '../../src/profiling/read-profile.ts'
import { mergeTrees } from '../../src/profiling/stack-tree.ts'
import { samplingInterval } from '../../src/profiling/v8-capture.ts'
import { anyStacks, callFrame, cpuProfile, heapNode, heapProfile } from './profiles.ts'

const meaning: PprofMeaning = {
  type: 'cpu',
  periodType: 'cpu',
  unit: 'nanoseconds',
  period: 1_000_000,
  startedAt: new Date('2026-01-02T03:04:05Z'),
  durationSeconds: 3,
  comments: ['a comment']
}

const decode = (bytes: Uint8Array): Profile => Profile.decode(gunzipSync(bytes))
const sumOf = (profile: Profile): number => profile.sample.reduce((sum, { value }) => sum + Number(value[0]), 0)

test('every microsecond of a CPU profile is found again in its stacks', () => {
  fc.assert(
    fc.property(anyStacks, stacks => {
      const sampled = stacks.reduce((sum, [, microseconds]) => sum + microseconds * 1000, 0)
      assert.equal(readCpuProfile(cpuProfile(stacks)).total, sampled)
    })
  )
})

test('pprof says the same sums as the stacks, without idle time', () => {
  fc.assert(
    fc.property(anyStacks, stacks => {
      const tree = readCpuProfile(cpuProfile(stacks))
      assert.equal(sumOf(decode(pprof([{ tree, self: tree.self, scale: 1 }], meaning))), costOf(tree))
    })
  )
})

test('pprof names functions, files, lines, units and when it was', () => {
  const inner = callFrame('decode', 'src/protocol/frame-decoder.ts', 30)
  const tree = readCpuProfile(cpuProfile([[[callFrame('onRead', 'src/dataplane/connection.ts', 12), inner], 7]]))
  const profile = decode(pprof([{ tree, self: tree.self, scale: 1 }], meaning))
  const { strings } = profile.stringTable
  const text = (index: number | bigint): string => strings[Number(index)] as string
  assert.deepEqual(
    profile.sampleType.map(({ type, unit }) => [text(type), text(unit)]),
    [['cpu', 'nanoseconds']]
  )
  const [sample] = profile.sample
  const stack = sample?.locationId.map(id => {
    const [place] = (profile.location[Number(id) - 1] as Location).line
    const { functionId, line } = place as Line
    const { name, filename } = profile.function[Number(functionId) - 1] as { name: number; filename: number }
    return `${text(name)} ${text(filename)}:${line}`
  })
  assert.deepEqual(stack, [
    'protocol/frame-decoder.decode src/protocol/frame-decoder.ts:30',
    'dataplane/connection.onRead src/dataplane/connection.ts:12'
  ])
  assert.equal(BigInt(profile.durationNanos), 3_000_000_000n)
  assert.equal(BigInt(profile.timeNanos), BigInt(Date.parse('2026-01-02T03:04:05Z')) * 1_000_000n)
  assert.deepEqual(profile.comment.map(text), ['a comment'])
})

test('functions of one name in two files are two functions to pprof', () => {
  const tree = readCpuProfile(
    cpuProfile(
      ['src/protocol/packets.ts', 'dist/telemetry/x.js', 'node:buffer', 'node_modules/zod/v4/core.js', ''].map(file => [
        [callFrame('encode', file, 8)],
        1
      ])
    )
  )
  const profile = decode(pprof([{ tree, self: tree.self, scale: 1 }], meaning))
  const text = (index: number | bigint): string => profile.stringTable.strings[Number(index)] as string
  assert.deepEqual(
    profile.function.map(({ name, systemName }) => [text(name), text(systemName)]),
    ['protocol/packets.encode', 'telemetry/x.encode', 'node:buffer.encode', 'zod/v4/core.encode', 'encode'].map(
      name => [name, 'encode']
    )
  )
})

test('functions without a name are told apart by their lines', () => {
  const tree = readCpuProfile(cpuProfile([5, 7].map(line => [[callFrame('', 'src/a.ts', line)], 1])))
  assert.equal(collapsed(tree), '(anonymous:5) (src/a.ts:5) 1000\n(anonymous:7) (src/a.ts:7) 1000\n')
})

test("pprof's base samples carry the label that -diff_base gives them", () => {
  const tree = readCpuProfile(cpuProfile([[[callFrame('work', 'src/a.ts', 1)], 4]]))
  const profile = decode(
    pprof(
      [
        { tree, self: tree.self, scale: 2 },
        { tree, self: tree.self, scale: -1, isBase: true }
      ],
      meaning
    )
  )
  // The reader does not know that these are signed.
  const values = profile.sample.map(({ value }) => BigInt.asIntN(64, BigInt(value[0] as number)))
  assert.deepEqual(values, [8000n, -4000n])
  const [label] = profile.sample[1]?.label ?? []
  const { strings } = profile.stringTable
  assert.deepEqual([strings[Number(label?.key)], strings[Number(label?.str)]], ['pprof::base', 'true'])
  assert.deepEqual(profile.sample[0]?.label, [])
})

test('collapsed stacks are one line each, outermost first, and keep all weight but idle time', () => {
  const tree = readCpuProfile(cpuProfile([[[callFrame('a', 'src/a.ts', 1), callFrame('b;c\td', 'src/b.ts', 2)], 3]]))
  assert.equal(collapsed(tree), 'a (src/a.ts:1);b c d (src/b.ts:2) 3000\n')
  fc.assert(
    fc.property(anyStacks, stacks => {
      const any = readCpuProfile(cpuProfile(stacks))
      const lines = collapsed(any).split('\n').slice(0, -1)
      const weights = lines.map(line => Number(line.slice(line.lastIndexOf(' ') + 1)))
      assert.equal(
        weights.reduce((sum, weight) => sum + weight, 0),
        costOf(any)
      )
    })
  )
})

test('several workers make one CPU profile that holds the time of all', () => {
  fc.assert(
    fc.property(fc.array(anyStacks, { minLength: 2, maxLength: 4 }), all => {
      const profiles = all.map((stacks, index) => ({ worker: index + 1, profile: cpuProfile(stacks) }))
      const merged = mergeCpuProfiles(profiles)
      const tree = readCpuProfile(JSON.parse(JSON.stringify(merged)))
      const total = mergeTrees(profiles.map(({ profile }) => readCpuProfile(profile))).total
      assert.equal(tree.total, total)
      const tops = tree.parents.flatMap((parent, node) => (parent === 0 ? [tree.frameAt(node)?.functionName] : []))
      assert.deepEqual(
        tops,
        profiles.map(({ worker }) => `worker ${worker}`)
      )
    })
  )
})

test('one worker leaves the profile as V8 gave it', () => {
  const profile = cpuProfile([[[callFrame('a', 'src/a.ts', 1)], 3]])
  assert.equal(mergeCpuProfiles([{ worker: 2, profile }]), profile)
  const heap = heapProfile(heapNode(callFrame('a', 'src/a.ts', 1), 10))
  assert.equal(mergeHeapProfiles([{ worker: 2, profile: heap }]), heap)
})

test('allocations keep their bytes, in one profile and over workers', () => {
  const heap = heapProfile(
    heapNode(callFrame('a', 'src/a.ts', 1), 10, [heapNode(callFrame('b', 'node:buffer', 5), 32)]),
    heapNode(callFrame('(GC)'), 8)
  )
  const tree = readHeapProfile(heap)
  assert.equal(tree.total, 50)
  assert.deepEqual(
    tree.frames.map(({ category }) => category),
    ['gc', 'framelab', 'node']
  )
  const merged = mergeHeapProfiles([
    { worker: 1, profile: heap },
    { worker: 2, profile: heap }
  ])
  assert.equal(readHeapProfile(merged).total, 100)
  const ids: number[] = []
  const collect = (node: typeof merged.head): void => {
    ids.push(node.id)
    for (const child of node.children) collect(child)
  }
  collect(merged.head)
  assert.equal(new Set(ids).size, ids.length)
})

test('whose a function is shows in its place', () => {
  const tree = readCpuProfile(
    cpuProfile([
      [[callFrame('', 'src/cli/framelab.ts', 1)], 1],
      [[callFrame('x', 'dist/a.js', 1)], 1],
      [[callFrame('x', 'node:net', 1)], 1],
      [[callFrame('x', 'node_modules/zod/index.js', 1)], 1],
      [[callFrame('(garbage collector)')], 1],
      [[callFrame('(idle)')], 1],
      [[callFrame('(program)')], 1],
      [[callFrame('writev')], 1]
    ])
  )
  assert.deepEqual(
    tree.frames.map(({ category }) => category),
    ['framelab', 'framelab', 'node', 'other', 'gc', 'idle', 'program', 'native']
  )
})

test('a longer capture of allocations has as many samples, not more of them', () => {
  assert.deepEqual(
    [1, 5, 10, 120].map(seconds => samplingInterval('allocation', seconds) / 1024),
    [64, 64, 128, 1536]
  )
  assert.deepEqual(
    [1, 120].map(seconds => samplingInterval('cpu', seconds)),
    [5000, 5000]
  )
})
