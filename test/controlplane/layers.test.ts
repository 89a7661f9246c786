import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AuditEntry } from '../../src/contract/audit.ts'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { assertProblem, labApp } from './lab-app.ts'

const url = '/api/v1/optimizations'

test('a change with ttlSeconds is a layer that says who, why and until when', async t => {
  const { ask } = await labApp(t)
  const body = { packetPool: false, workers: [2], ttlSeconds: 60, by: 'ada', reason: 'what does it cost?' }
  const { layers } = (await ask('PATCH', url, { body })).json<OptimizationsReport>()
  assert.deepEqual(layers, [
    {
      id: '1',
      switches: { packetPool: false },
      workers: [2],
      by: 'ada',
      reason: 'what does it cost?',
      at: '2025-10-09T08:53:20.000Z',
      expiresAt: '2025-10-09T08:54:20.000Z'
    }
  ])
})

test('a layer that ends gives back what is under it by then, and is a revision', async t => {
  const { ask, lab } = await labApp(t)
  await ask('PATCH', url, { body: { packetPool: false, noDelay: false, ttlSeconds: 60 } })
  await ask('PATCH', url, { body: { noDelay: false } })
  const { revision } = lab.optimizations()
  lab.clockMs = 60_000
  lab.control.endDue()
  const report = (await ask('GET', url)).json<OptimizationsReport>()
  assert.equal(report.revision, revision + 1)
  assert.deepEqual(report.layers, [])
  assert.deepEqual(lab.enabled(1), ['bufferedReader', 'coalescedWriter', 'packetPool', 'ackPool'])
})

test('a layer is ended early by its id, once', async t => {
  const { ask, lab } = await labApp(t)
  await ask('PATCH', url, { body: { packetPool: false, ttlSeconds: 60 } })
  const received = await ask('DELETE', `${url}/layers/1`)
  assert.equal(received.status, 200)
  assert.deepEqual(received.json<OptimizationsReport>().layers, [])
  assert.ok(lab.switches.get(1)?.packetPool)
  assertProblem(await ask('DELETE', `${url}/layers/1`), 404)
})

test('ETag is the revision of every answer, and a change at that revision is made', async t => {
  const { ask } = await labApp(t)
  const { headers } = await ask('GET', url)
  assert.equal(headers.etag, '"1"')
  const changed = await ask('PATCH', url, { body: { noDelay: false }, headers: { 'if-match': '"1"' } })
  assert.equal(changed.status, 200)
  assert.equal(changed.headers.etag, '"2"')
})

for (const stale of ['"1"', '"99"', '"1", "3"', 'W/"2"', '"two"']) {
  test(`a change or an end of a layer at If-Match ${stale} is refused, and nothing changes`, async t => {
    const { ask, lab } = await labApp(t)
    await ask('PATCH', url, { body: { packetPool: false, ttlSeconds: 60 } })
    const before = lab.optimizations()
    const headers = { 'if-match': stale }
    const refused = await ask('PATCH', url, { body: { noDelay: false }, headers })
    assertProblem(refused, 412)
    assert.equal(refused.headers.etag, '"2"')
    assertProblem(await ask('DELETE', `${url}/layers/1`, { headers }), 412)
    assert.deepEqual(lab.optimizations(), before)
  })
}

test('If-Match of several revisions, or of any, lets a change through', async t => {
  const { ask } = await labApp(t)
  for (const header of ['*', '"0" , "2"', ' * ']) {
    const sent = { body: { noDelay: false }, headers: { 'if-match': header } }
    assert.equal((await ask('PATCH', url, sent)).status, 200, header)
  }
})

for (const bad of ['1', '', '"1', '"1" "2"', '*, "1"', `"${'1'.repeat(1000)}"`]) {
  test(`If-Match that is ${bad.slice(0, 10)} is refused as no ETag`, async t => {
    const { ask, lab } = await labApp(t)
    const sent = { body: { noDelay: false }, headers: { 'if-match': bad } }
    assertProblem(await ask('PATCH', url, sent), 400, ['?If-Match'])
    assert.equal(lab.optimizations().revision, 1)
  })
}

const badFields: readonly [field: string, value: unknown][] = [
  ['ttlSeconds', 0],
  ['ttlSeconds', -1],
  ['ttlSeconds', 86_401],
  ['ttlSeconds', '60'],
  ['ttlSeconds', null],
  ['by', ''],
  ['by', 'x'.repeat(101)],
  ['reason', ' '],
  ['reason', 'x'.repeat(501)]
]
for (const [field, value] of badFields) {
  test(`a change with ${field} ${JSON.stringify(value)?.slice(0, 10)} is refused, and nothing changes`, async t => {
    const { ask, lab } = await labApp(t)
    assertProblem(await ask('PATCH', url, { body: { noDelay: false, [field]: value } }), 400, [`/${field}`])
    assert.equal(lab.optimizations().revision, 1)
  })
}

test('there are only so many layers, and one more is refused until one has ended', async t => {
  const { ask } = await labApp(t)
  const body = { noDelay: false, ttlSeconds: 60 }
  for (let count = 0; count < 100; count++) assert.equal((await ask('PATCH', url, { body })).status, 200)
  assertProblem(await ask('PATCH', url, { body }), 409)
  await ask('DELETE', `${url}/layers/7`)
  assert.equal((await ask('PATCH', url, { body })).status, 200)
})

test('the audit tells every change, newest first, with who, why, and what it did', async t => {
  const { ask, lab } = await labApp(t)
  await ask('PATCH', url, { body: { packetPool: false, ttlSeconds: 60, by: 'ada', reason: 'a trial' } })
  await ask('PATCH', url, { body: { packetPool: false, workers: [1] } })
  lab.clockMs = 60_000
  lab.control.endDue()
  const { total, items } = (await ask('GET', '/api/v1/audit')).json<{ total: number; items: AuditEntry[] }>()
  assert.equal(total, 3)
  const told = items.map(({ id: _id, at: _at, ...entry }) => entry)
  const packetPool = { name: 'packetPool', before: true, after: false }
  assert.deepEqual(told, [
    {
      by: 'framelab',
      reason: 'layer 1 of ada has ended',
      cause: 'ttl',
      target: 'layer 1',
      revision: 4,
      changes: [{ ...packetPool, before: false, after: true, workers: [2] }]
    },
    { by: '127.0.0.1', reason: null, cause: 'patch', target: null, revision: 3, changes: [] },
    {
      by: 'ada',
      reason: 'a trial',
      cause: 'patch',
      target: 'layer 1',
      revision: 2,
      changes: [{ ...packetPool, workers: [1, 2] }]
    }
  ])
})

test('the audit is cut at its limit, which is checked', async t => {
  const { ask } = await labApp(t)
  for (const noDelay of [true, false, true]) await ask('PATCH', url, { body: { noDelay } })
  const { total, items } = (await ask('GET', '/api/v1/audit?limit=2')).json<{ total: number; items: AuditEntry[] }>()
  assert.equal(total, 3)
  assert.deepEqual(
    items.map(({ id }) => id),
    [3, 2]
  )
  for (const limit of ['0', '1001', 'x', '-1', '']) {
    assertProblem(await ask('GET', `/api/v1/audit?limit=${limit}`), 400, ['?limit'])
  }
})

test('closed connections are in the audit, and those that were only counted are not', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(5)
  await ask('DELETE', '/api/v1/connections/1-0')
  await ask('DELETE', '/api/v1/connections/1-0')
  await ask('POST', '/api/v1/connections/close', { body: { filter: { worker: 2 }, dryRun: true } })
  await ask('POST', '/api/v1/connections/close', { body: { filter: { worker: 2 } } })
  const { items } = (await ask('GET', '/api/v1/audit')).json<{ items: AuditEntry[] }>()
  assert.deepEqual(
    items.map(({ cause, target }) => [cause, target]),
    [
      ['close', '2 connections'],
      ['close', 'connection 1-0']
    ]
  )
})

test('a restart and the drain are in the audit', async t => {
  const { ask } = await labApp(t)
  await ask('POST', '/api/v1/workers/2/restart')
  await ask('POST', '/api/v1/drain')
  await new Promise(setImmediate)
  const { items } = (await ask('GET', '/api/v1/audit')).json<{ items: AuditEntry[] }>()
  assert.deepEqual(
    items.map(({ cause, target, by }) => [cause, target, by]),
    [
      ['drain', null, '127.0.0.1'],
      ['restart', 'worker 2', '127.0.0.1']
    ]
  )
})
