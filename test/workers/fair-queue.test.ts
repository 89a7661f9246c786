import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FairQueue } from '../../src/workers/fair-queue.ts'

function drained<Item>(queue: FairQueue<Item>): Item[] {
  const items: Item[] = []
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) items.push(item)
  return items
}

test('whoever has many in the queue is served as often as whoever has few', () => {
  const queue = new FairQueue<string>()
  for (const item of ['a1', 'a2', 'a3', 'a4']) queue.push('a', item)
  queue.push('b', 'b1')
  assert.equal(queue.first, 'a1')
  assert.deepEqual(drained(queue).join(' '), 'a1 b1 a2 a3 a4')
  assert.equal(queue.first, undefined)
})

test('nothing is lost or doubled, each line keeps its order, and nobody is passed twice while waiting', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.constantFrom('a', 'b', 'c'))), steps => {
      const queue = new FairQueue<[owner: string, number: number]>()
      const counts: Record<string, number> = {}
      const taken: [string, number][] = []
      const passed = new Map<string, Set<string>>()
      for (const owner of [...steps, ...steps.map(() => null)]) {
        if (owner !== null) {
          counts[owner] = (counts[owner] ?? 0) + 1
          if (queue.lengthOf(owner) === 0) passed.set(owner, new Set())
          queue.push(owner, [owner, counts[owner]])
          continue
        }
        const item = queue.shift()
        if (item === undefined) continue
        taken.push(item)
        passed.delete(item[0])
        for (const [other, seen] of passed) {
          assert.ok(!seen.has(item[0]), `${item[0]} was served twice while ${other} waited`)
          seen.add(item[0])
        }
        if (queue.lengthOf(item[0]) > 0) passed.set(item[0], new Set())
      }
      assert.equal(queue.length, 0)
      for (const owner of Object.keys(counts)) {
        const numbers = taken.filter(([whose]) => whose === owner).map(([, number]) => number)
        assert.deepEqual(
          numbers,
          Array.from({ length: counts[owner] ?? 0 }, (_, index) => index + 1)
        )
      }
    })
  )
})
