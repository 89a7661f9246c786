import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertProblem, labApp } from './lab-app.ts'

test('the server is shown as the lab reports it', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('GET', '/api/v1/server')
  assert.equal(received.status, 200)
  assert.deepEqual(received.json(), await lab.report())
})

test('the workers are shown as the lab reports them, one without a process included', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('GET', '/api/v1/workers')
  assert.deepEqual(received.json(), { total: 2, items: await lab.workers() })
})

test('liveness does not depend on the lab', async t => {
  const { ask, lab } = await labApp(t)
  lab.ready = false
  const received = await ask('GET', '/healthz')
  assert.equal(received.status, 200)
  assert.deepEqual(received.json(), { status: 'ok' })
})

test('readiness is that of the lab', async t => {
  const { ask, lab } = await labApp(t)
  assert.equal((await ask('GET', '/readyz')).status, 200)
  lab.ready = false
  assertProblem(await ask('GET', '/readyz'), 503)
})

test('HEAD is answered like GET, without a body', async t => {
  const { ask } = await labApp(t)
  for (const url of ['/healthz', '/metrics', '/api/v1/server', '/api/v1/connections', '/api/v1/optimizations']) {
    const received = await ask('HEAD', url)
    assert.equal(received.status, 200, url)
    assert.equal(received.text, '', url)
  }
})

test('an unknown parameter is refused, not ignored, where none is known', async t => {
  const { ask } = await labApp(t)
  for (const url of ['/api/v1/server', '/api/v1/workers', '/api/v1/optimizations', '/api/v1/connections/1-1']) {
    assertProblem(await ask('GET', `${url}?limit=3&verbose`), 400, ['?limit', '?verbose'])
  }
})

test('drain is told to the lab once', async t => {
  const { ask, lab } = await labApp(t)
  const received = await ask('POST', '/api/v1/drain')
  assert.equal(received.status, 202)
  assert.deepEqual(received.json(), { state: 'draining' })
  await new Promise(setImmediate)
  assert.equal(lab.drains, 1)
})

test('drain is answered even when it ends every connection at once', async t => {
  const { app, lab } = await labApp(t)
  lab.drain = () => app.server.closeAllConnections()
  const response = await fetch(`${await app.listen()}/api/v1/drain`, { method: 'POST' })
  assert.equal(response.status, 202)
  assert.deepEqual(await response.json(), { state: 'draining' })
})

test('drain takes no body and no parameter, and with them does not begin', async t => {
  const { ask, lab } = await labApp(t)
  assertProblem(await ask('POST', '/api/v1/drain?now=1', { body: { deadlineSeconds: 1 } }), 400, ['', '?now'])
  await new Promise(setImmediate)
  assert.equal(lab.drains, 0)
})

test('a type without a body is no body', async t => {
  const { ask, lab } = await labApp(t)
  const headers = { 'content-type': 'application/json' }
  assert.equal((await ask('POST', '/api/v1/drain', { headers })).status, 202)
  await new Promise(setImmediate)
  assert.equal(lab.drains, 1)
})
