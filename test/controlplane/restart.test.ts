import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { WorkerReport } from '../../src/contract/server-report.ts'
import { assertProblem, labApp } from './lab-app.ts'

test('a restart is answered with the worker as soon as it has begun', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('POST', '/api/v1/workers/1/restart')
  assert.equal(received.status, 202)
  const { id, state } = received.json<WorkerReport>()
  assert.deepEqual({ id, state }, { id: 1, state: 'replacing' })
  assert.deepEqual([...lab.restarting], [1])
})

test('a second restart of the same worker is refused while one is under way', async t => {
  const { ask } = await labApp(t)
  await ask('POST', '/api/v1/workers/1/restart')
  assertProblem(await ask('POST', '/api/v1/workers/1/restart'), 409)
  assert.equal((await ask('POST', '/api/v1/workers/2/restart')).status, 202)
  assertProblem(await ask('POST', '/api/v1/workers/restart'), 409)
})

test('all workers are restarted by one request', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('POST', '/api/v1/workers/restart')
  assert.equal(received.status, 202)
  assert.equal(received.json<{ total: number }>().total, 2)
  assert.deepEqual([...lab.restarting], [1, 2])
})

test('a restart of a worker that there is not is refused', async t => {
  const { ask, lab } = await labApp(t)
  assertProblem(await ask('POST', '/api/v1/workers/3/restart'), 404)
  for (const id of ['0', '257', 'one', '1e1', '-1']) {
    assertProblem(await ask('POST', `/api/v1/workers/${id}/restart`), 400, ['?id'])
  }
  assert.equal(lab.restarting.size, 0)
})

test('nothing is restarted by GET, nor with a body that nobody reads', async t => {
  const { ask, lab } = await labApp(t)
  for (const path of ['/api/v1/workers/1/restart', '/api/v1/workers/restart']) {
    assertProblem(await ask('GET', path), 405)
    assertProblem(await ask('POST', path, { body: { now: true } }), 400, [''])
  }
  assert.equal(lab.restarting.size, 0)
})
