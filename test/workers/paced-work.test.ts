import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Steps } from '../../src/dataplane/steps.ts'
import { PacedWork } from '../../src/workers/paced-work.ts'

/** Steps that keep the event loop for about so long each. */
function* busy(steps: number, stepMs: number, result: string, note: (what: string) => void = () => {}): Steps<string> {
  for (let step = 0; step < steps; step++) {
    const untilMs = performance.now() + stepMs
    while (performance.now() < untilMs);
    note(result)
    yield
  }
  return result
}

test('jobs are done one after the other, and each has its own result or fault', async () => {
  const work = new PacedWork()
  const order: string[] = []
  const note = (what: string): void => void order.push(what)
  const faulty = function* (): Steps<string> {
    yield
    throw new Error('gone wrong')
  }
  const jobs = [busy(3, 0.3, 'a', note), faulty(), busy(2, 0.3, 'b', note)].map(steps => work.do(steps))
  const outcomes = await Promise.allSettled(jobs)
  assert.deepEqual(
    outcomes.map(outcome => (outcome.status === 'fulfilled' ? outcome.value : outcome.reason.message)),
    ['a', 'gone wrong', 'b']
  )
  assert.deepEqual(order, ['a', 'a', 'a', 'b', 'b'])
  assert.equal(await work.do(busy(1, 0, 'again')), 'again')
})

test('what else the event loop has to do gets its turn between slices, and most of the time in the end', async () => {
  const work = new PacedWork()
  let turns = 0
  let isDone = false
  const turn = (): void => {
    turns++
    if (!isDone) setImmediate(turn)
  }
  turn()
  const beganMs = performance.now()
  const workedMs = 60 * 0.5
  await work.do(busy(60, 0.5, 'long'))
  isDone = true
  const tookMs = performance.now() - beganMs
  assert.ok(turns >= 60, `${turns} turns`)
  // A burst of 10 ms, and then a tenth of the time.
  assert.ok(tookMs > (workedMs - 15) * 9, `${tookMs} ms for work of ${workedMs} ms`)
})
