import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import { isTrueOf, parseThreshold } from '../../src/contract/load-threshold.ts'
import { type FindMaxOptions, findMaxRate, type MaxRate } from '../../src/loadgen/find-max.ts'
import { LoadRun } from '../../src/loadgen/load-run.ts'
import { definition } from './runs.ts'
import { acks, type Listening, submitServer } from './servers.ts'

const promise = parseThreshold('p99<5ms')

/** What a server with this capacity would show: beyond it, everything waits. */
function figuresAt(rate: number, capacity: number, limited = false): LoadFigures {
  const p99Us = rate <= capacity ? 200 : 1_000_000
  return {
    seconds: 1,
    offered: rate,
    sent: rate,
    acked: rate,
    lost: 0,
    errors: {},
    ackedPerSecond: Math.min(rate, capacity),
    latency: { p50Us: 100, p90Us: 150, p99Us, p999Us: p99Us, maxUs: p99Us },
    generator: { limited, why: limited ? 'because' : null }
  }
}

function search(change: Partial<FindMaxOptions>): Promise<MaxRate> {
  return findMaxRate({
    measure: async rate => figuresAt(rate, 5000),
    keeps: figures => isTrueOf(figures, promise) === true,
    firstRate: 1000,
    mostRate: 100_000_000,
    ...change
  })
}

test('the highest rate that keeps the promise is found within five percent, from above and from below', async () => {
  const rates = fc.record({
    capacity: fc.integer({ min: 10, max: 5_000_000 }),
    firstRate: fc.integer({ min: 1, max: 1_000_000 })
  })
  await fc.assert(
    fc.asyncProperty(rates, async ({ capacity, firstRate }) => {
      const { maxRate, confirmed, limitedBy, steps } = await search({
        measure: async rate => figuresAt(rate, capacity),
        firstRate
      })
      assert.ok(maxRate !== null && maxRate <= capacity && maxRate >= capacity / 1.11 - 1, `${maxRate} of ${capacity}`)
      assert.ok(confirmed)
      assert.equal(limitedBy, 'server')
      assert.equal(steps.filter(step => step.rate === maxRate && step.verdict === 'kept').length, 3)
    })
  )
})

test('one bad run at a rate is not believed', async () => {
  let runs = 0
  const { maxRate } = await search({ measure: async rate => figuresAt(runs++ % 4 === 1 ? 1_000_000 : rate, 5000) })
  assert.ok(maxRate !== null && maxRate > 4700, `${maxRate}`)
})

test('a rate that is not kept again is lowered until one is', async () => {
  const runsAt = new Map<number, number>()
  const measure = async (rate: number): Promise<LoadFigures> => {
    runsAt.set(rate, (runsAt.get(rate) ?? 0) + 1)
    // Above 3000 it goes well once.
    return figuresAt(rate, rate > 3000 && (runsAt.get(rate) ?? 0) > 1 ? 0 : 5000)
  }
  const { maxRate, confirmed } = await search({ measure })
  assert.ok(maxRate !== null && maxRate <= 3000 && maxRate > 2700, `${maxRate}`)
  assert.equal(confirmed, true)
})

test('a generator that is too slow is named as the limit', async () => {
  const found = await search({ measure: async rate => figuresAt(rate, 3000, rate > 3000) })
  assert.equal(found.limitedBy, 'generator')
  assert.ok(found.steps.every(({ verdict }) => verdict !== 'broken'))
})

test('a promise that no rate keeps ends at one a second', async () => {
  const found = await search({ measure: async rate => figuresAt(rate, 0) })
  assert.deepEqual([found.maxRate, found.confirmed], [null, false])
  assert.equal(found.steps.at(-1)?.rate, 1)
})

test('a promise that every rate keeps ends at the bound', async () => {
  const found = await search({ measure: async rate => figuresAt(rate, Number.POSITIVE_INFINITY), mostRate: 30_000 })
  assert.deepEqual([found.maxRate, found.confirmed, found.limitedBy], [30_000, true, 'bound'])
})

test('a search that is stopped gives what it has found so far', async () => {
  let steps = 0
  const found = await search({ onStep: () => steps++, isStopped: () => steps === 2 })
  assert.deepEqual([found.maxRate, found.confirmed, found.limitedBy], [2000, false, null])
})

/** Answers so many Submits every 5 ms and not one more. */
async function rationedServer(t: TestContext, perTick: number): Promise<Listening> {
  let waiting: (() => void)[] = []
  let beganMs = performance.now()
  let served = 0
  const address = await submitServer(t, (socket, ids) => {
    for (const id of ids) waiting.push(() => socket.write(acks([id])))
  })
  const timer = setInterval(() => {
    // Timers fire late: what the clock allows counts, but no more than a few ticks of it, so that idle time is not saved up.
    const allowed = Math.floor(((performance.now() - beganMs) / 5) * perTick)
    const most = Math.min(allowed - served, waiting.length)
    for (const answer of waiting.slice(0, most)) answer()
    waiting = waiting.slice(most)
    served += most
    if (waiting.length === 0) {
      beganMs = performance.now()
      served = 0
    }
  }, 5)
  t.after(() => clearInterval(timer))
  return address
}

test('against a server that serves 10 frames every 5 ms, about 2000 a second are found', async t => {
  const server = await rationedServer(t, 10)
  const slow = parseThreshold('p50<40ms')
  const found = await findMaxRate({
    async measure(rate) {
      const run = new LoadRun(definition(server, { rate, durationMs: 700, warmUpMs: 100, waitMs: 200, inFlight: 1000 }))
      await run.start()
      return run.finished
    },
    keeps: figures => figures.openLoop?.unsent === 0 && isTrueOf(figures, slow) === true,
    firstRate: 1000,
    mostRate: 1_000_000,
    confirmations: 1,
    closeness: 1.1
  })
  // Over 700 ms, half of what is due waits for 40 ms at eleven percent above the capacity; and steps are ten percent.
  assert.ok(found.maxRate !== null && found.maxRate >= 1500 && found.maxRate <= 2450, `${found.maxRate}`)
})
