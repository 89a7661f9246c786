import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { MalformedProfileError } from '../../src/profiling/malformed-profile-error.ts'
import { readCpuProfile } from '../../src/profiling/read-cpu-profile.ts'
import { readHeapProfile } from '../../src/profiling/read-heap-profile.ts'
import { callFrame, cpuProfile, heapNode, heapProfile } from './profiles.ts'

const good = cpuProfile([[[callFrame('a', 'src/a.ts', 1), callFrame('b', 'src/a.ts', 2)], 3]])
const nodes = good.nodes as { id: number; callFrame: object; children: number[] }[]

const malformedCpu: Record<string, [profile: unknown, place: string]> = {
  'no object': [null, 'profile'],
  'no nodes': [{ ...good, nodes: [] }, 'nodes'],
  'nodes that are no list': [{ ...good, nodes: {} }, 'nodes'],
  'a node without a function': [{ ...good, nodes: [{ id: 1 }] }, 'nodes[0].callFrame'],
  'a function without a name': [
    { ...good, nodes: [{ id: 1, callFrame: { url: '' } }] },
    'nodes[0].callFrame.functionName'
  ],
  'an id twice': [{ ...good, nodes: [...nodes, nodes[1]] }, 'nodes[3].id'],
  'an id that is no number': [{ ...good, nodes: [{ ...nodes[0], id: 'x' }] }, 'nodes[0].id'],
  'a child that is not there': [{ ...good, nodes: [{ ...nodes[0], children: [9] }] }, 'nodes'],
  'a circle': [{ ...good, nodes: [nodes[0], nodes[1], { ...nodes[2], children: [2] }] }, 'nodes'],
  'a root that is its own child': [{ ...good, nodes: [{ ...nodes[0], children: [1] }] }, 'nodes'],
  'a node that nothing leads to': [{ ...good, nodes: [...nodes, { ...nodes[1], id: 9, children: [] }] }, 'nodes'],
  'a sample of no node': [{ ...good, samples: [7] }, 'samples[0]'],
  'more samples than times': [{ ...good, timeDeltas: [] }, 'timeDeltas'],
  'a time that is no number': [{ ...good, timeDeltas: ['1'] }, 'timeDeltas[0]'],
  'no end': [{ ...good, endTime: undefined }, 'endTime']
}

for (const [what, [profile, place]] of Object.entries(malformedCpu)) {
  test(`a CPU profile with ${what} is refused, and the place is named`, () => {
    assert.throws(
      () => readCpuProfile(profile),
      (error: unknown) => {
        assert.ok(MalformedProfileError.is(error))
        assert.equal(error.place, place)
        return true
      }
    )
  })
}

test('a heap profile that is none is refused', () => {
  const node = heapNode(callFrame('a', 'src/a.ts', 1), 5)
  const all = [
    {},
    { head: 1 },
    heapProfile({ ...node, selfSize: -1 }),
    heapProfile({ ...node, children: 'x' as never })
  ]
  for (const profile of all) assert.throws(() => readHeapProfile(profile), MalformedProfileError.is)
})

test('stacks too deep to be true are refused, and do not overflow ours', () => {
  const deepest = 100_000
  let node = heapNode(callFrame('a', 'src/a.ts', 1), 1)
  for (let depth = 0; depth < deepest; depth++) node = heapNode(callFrame('a', 'src/a.ts', 1), 1, [node])
  assert.throws(() => readHeapProfile(heapProfile(node)), MalformedProfileError.is)
  const chain = Array.from({ length: deepest }, (_, index) => ({
    id: index + 1,
    callFrame: callFrame('a', 'src/a.ts', 1),
    children: index + 1 < deepest ? [index + 2] : []
  }))
  assert.throws(() => readCpuProfile({ ...good, nodes: chain }), MalformedProfileError.is)
})

test('a heap profile that leads back into itself is refused', () => {
  const node = heapNode(callFrame('a', 'src/a.ts', 1), 1, [])
  ;(node.children as unknown[]).push(node)
  assert.throws(() => readHeapProfile(heapProfile(node)), MalformedProfileError.is)
})

test('whatever comes, it is read or refused with the typed error', () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.record({
      nodes: fc.anything(),
      samples: fc.anything(),
      timeDeltas: fc.anything(),
      startTime: fc.anything(),
      endTime: fc.anything()
    }),
    fc.record({ head: fc.record({ callFrame: fc.anything(), selfSize: fc.anything(), children: fc.anything() }) })
  )
  fc.assert(
    fc.property(anything, value => {
      for (const read of [readCpuProfile, readHeapProfile]) {
        try {
          read(value)
        } catch (error) {
          assert.ok(MalformedProfileError.is(error), String(error))
        }
      }
    })
  )
})
