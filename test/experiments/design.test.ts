import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { balancedRounds, williamsSquare } from '../../src/experiments/design.ts'
import { splitPlan, switchbackPlan } from '../../src/experiments/plan.ts'
import { seededRandom } from '../../src/telemetry/seeded-random.ts'

test('in a Williams square each part stands equally often at each place and behind each other part', () => {
  for (let size = 2; size <= 32; size++) {
    const square = williamsSquare(size)
    const times = square.length / size
    const places = new Map<string, number>()
    const neighbours = new Map<string, number>()
    const count = (counts: Map<string, number>, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1)
    for (const row of square) {
      assert.equal(new Set(row).size, size)
      for (const [place, part] of row.entries()) {
        count(places, `${part} at ${place}`)
        if (place > 0) count(neighbours, `${part} behind ${row[place - 1]}`)
      }
    }
    assert.equal(places.size, size * size)
    assert.equal(neighbours.size, size * (size - 1))
    assert.deepEqual(new Set([...places.values(), ...neighbours.values()]), new Set([times]), `size ${size}`)
  }
})

test('two arms come in both orders equally often, and not in the same sequence with every seed', () => {
  const plans = [1, 2, 3, 4, 5].map(seed => balancedRounds(['A', 'B'], 20, seededRandom(seed)).map(row => row.join('')))
  for (const plan of plans) {
    assert.equal(plan.filter(row => row === 'AB').length, 10)
    // Whole squares: every two rounds in a row from the first on hold both.
    for (let round = 0; round < 20; round += 2) assert.notEqual(plan[round], plan[round + 1])
  }
  assert.ok(new Set(plans.map(plan => plan.join())).size > 1)
})

test('a seed repeats a plan, and every arm is measured once in each pair', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 6, max: 40 }), fc.nat(), (arms, pairs, seed) => {
      const plan = (): ReturnType<typeof switchbackPlan> => switchbackPlan(arms, pairs, [1, 2], seededRandom(seed))
      assert.deepEqual(plan(), plan())
      const seen = plan().map(({ pair, turns }) => `${pair}/${turns.map(turn => turn.map(({ arm }) => arm)).join()}`)
      assert.equal(new Set(seen).size, arms * pairs)
    })
  )
})

test('in a split, every arm is once on each group of workers in every pair, and no worker has two arms at once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), fc.integer({ min: 0, max: 7 }), fc.nat(), (arms, more, seed) => {
      const workers = Array.from({ length: arms + more }, (_, index) => index + 1)
      const size = Math.floor(workers.length / arms)
      for (const { turns } of splitPlan(arms, 6, workers, seededRandom(seed))) {
        assert.equal(turns.length, arms)
        for (const turn of turns) {
          const used = turn.flatMap(assignment => assignment.workers)
          assert.equal(new Set(used).size, arms * size)
          assert.equal(used.length, arms * size)
        }
        for (let arm = 0; arm < arms; arm++) {
          const own = turns.flatMap(turn => turn.filter(assignment => assignment.arm === arm))
          assert.equal(new Set(own.flatMap(assignment => assignment.workers)).size, arms * size)
        }
      }
    })
  )
  assert.throws(() => splitPlan(3, 6, [1, 2], seededRandom(1)), /3 arms at once need 3 workers, and there are 2/)
})
