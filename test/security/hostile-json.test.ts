import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { assertProblem, labApp } from '../controlplane/lab-app.ts'
import { everyRoute } from './support/every-route.ts'

const depth = 30_000

/** As deep as a body can be, and none that an operation could take. */
const deep = [
  '['.repeat(depth),
  '['.repeat(depth) + ']'.repeat(depth),
  `${'{"a":'.repeat(8000)}1${'}'.repeat(8000)}`,
  `{"filter":${'{"filter":'.repeat(5000)}1${'}'.repeat(5001)}`
]

const poison = [
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"filter":{"__proto__":{"polluted":true}}}',
  '{"filter":{"worker":1,"constructor":{"prototype":{"polluted":true}}}}',
  '{"\\u005f_proto__":{"polluted":true}}',
  '[{"__proto__":{"polluted":true}}]'
]

test('bodies as deep as they can be, and those that reach for prototypes, are refused by every operation', async t => {
  const routes = (await everyRoute(t)).filter(({ method }) => method === 'POST' || method === 'PATCH')
  assert.ok(routes.length > 8)
  const { ask, lab } = await labApp(t)
  const headers = { 'content-type': 'application/json' }
  for (const { method, url } of routes) {
    for (const body of [...deep, ...poison]) {
      const { status, text } = await ask(method as 'POST', url, { body, headers })
      assert.ok(status >= 400 && status < 500, `${method} ${url}: ${status} for ${body.slice(0, 40)}`)
      assert.ok(text.length < 4096, 'an answer does not repeat what was sent')
    }
  }
  assert.equal(lab.audit(1).total, 0)
  assert.ok(!('polluted' in {}))
})

test('what one reader of JSON takes for this and another for that is refused', async t => {
  const { ask, lab, app } = await labApp(t)
  const headers = { 'content-type': 'application/json' }
  const twice = assertProblem(
    await ask('PATCH', '/api/v1/optimizations', { body: '{"preset":"pooled","preset":"baseline"}', headers }),
    400
  )
  assert.match(twice.detail, /'preset' twice/)
  const utf16 = { 'content-type': 'application/json; charset=utf-16' }
  assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: '{"preset":"baseline"}', headers: utf16 }), 415)
  const payload = Buffer.from('{"preset":"baseline","by":"\xff"}', 'latin1')
  const spoilt = await app.inject({
    method: 'PATCH',
    url: '/api/v1/optimizations',
    headers: { host: 'localhost', ...headers },
    payload
  })
  assert.equal(spoilt.statusCode, 400)
  assert.equal(lab.audit(1).total, 0)
  const utf8 = { 'content-type': 'application/json; charset="UTF-8"' }
  assert.equal(
    (await ask('PATCH', '/api/v1/optimizations', { body: '{"preset":"baseline"}', headers: utf8 })).status,
    200
  )
})

test('names and reasons hold nothing that does something to a terminal', async t => {
  const { ask } = await labApp(t)
  for (const text of ['a\u001b[2J', 'a\u0007', 'a\nb', 'a\u009b1m', 'a\u202eb', '\u2066a']) {
    const change = { preset: 'pooled', by: text, reason: text }
    assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: change }), 400, ['/by', '/reason'])
    assertProblem(await ask('POST', '/api/v1/profiles', { body: { kind: 'cpu', label: text } }), 400, ['/label'])
  }
  const body = { preset: 'pooled', by: 'Zoë 👩‍🔬', reason: 'größer → better?' }
  assert.equal((await ask('PATCH', '/api/v1/optimizations', { body })).status, 200)
})

test('parameters that reach for prototypes are unknown parameters', async t => {
  const { ask } = await labApp(t)
  for (const query of ['__proto__[polluted]=1', '__proto__=1', 'constructor[prototype][polluted]=1', 'constructor=1']) {
    for (const path of ['/api/v1/connections', '/api/v1/connections/count', '/api/v1/audit', '/api/v1/server']) {
      assertProblem(await ask('GET', `${path}?${query}`), 400)
    }
  }
  const cursor = Buffer.from('{"__proto__":{"polluted":true},"sort":"id"}').toString('base64url')
  assertProblem(await ask('GET', `/api/v1/connections?cursor=${cursor}`), 400, ['?cursor'])
  assert.ok(!('polluted' in {}))
})

test('names that every object has are no switches, presets, workers or connections', async t => {
  const { ask } = await labApp(t)
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf']) {
    const body = `{"${name}": true}`
    const headers = { 'content-type': 'application/json' }
    assertProblem(await ask('PATCH', '/api/v1/optimizations', { body, headers }), 400)
    assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: { preset: name } }), 400)
    for (const path of ['connections', 'load', 'profiles']) {
      const { status } = await ask('GET', `/api/v1/${path}/${name}`)
      assert.ok(status === 400 || status === 404, `${path}/${name}: ${status}`)
    }
    assert.ok((await ask('POST', `/api/v1/workers/${name}/restart`)).status < 500)
  }
})

test('whatever JSON an operation gets, it answers as documented and does not fail', async t => {
  const routes = (await everyRoute(t)).filter(
    ({ method, url }) => method === 'PATCH' || (/POST/.test(method) && /close|load$/.test(url))
  )
  const { ask } = await labApp(t)
  const anyRoute = fc.constantFrom(...routes)
  await fc.assert(
    fc.asyncProperty(anyRoute, fc.jsonValue({ maxDepth: 4 }), async ({ method, url }, value) => {
      const { status } = await ask(method as 'POST', url, {
        body: JSON.stringify(value),
        headers: { 'content-type': 'application/json' }
      })
      assert.ok(status < 500, `${status}`)
    }),
    { numRuns: 300 }
  )
})
