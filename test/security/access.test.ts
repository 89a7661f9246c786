import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Scope, scopes } from '../../src/contract/access.ts'
import type { SnapshotEvent } from '../../src/contract/events.ts'
import { newSecret, secretFault } from '../../src/controlplane/access/secret.ts'
import { TokenList } from '../../src/controlplane/access/token-list.ts'
import { recordOf } from '../../src/controlplane/access/token-record.ts'
import type { CpuProfile } from '../../src/profiling/v8-profile.ts'
import { assertProblem, type LabApp, labApp } from '../controlplane/lab-app.ts'
import { exampleReport } from '../experiments/example-report.ts'
import { callFrame, cpuProfile } from '../profiling/profiles.ts'
import { EventStream } from '../support/event-stream.ts'
import { until } from '../support/until.ts'
import { everyRoute } from './support/every-route.ts'

const secrets: Readonly<Record<string, string>> = Object.fromEntries(
  [...scopes, 'all'].map(name => [name, newSecret()])
)

function tokens(): TokenList {
  const each = scopes.map(scope => recordOf(scope, [scope], secrets[scope] as string))
  return new TokenList([...each, recordOf('all', scopes, secrets.all as string)])
}

const as = (name: string): Record<string, string> => ({ authorization: `Bearer ${secrets[name]}` })

function guarded(t: TestContext): Promise<LabApp> {
  return labApp(t, { tokens: tokens() })
}

const running = (name: string): CpuProfile => cpuProfile([[[callFrame(name, 'src/dataplane/connection.ts', 12)], 5]])

interface Document {
  readonly paths: Record<string, Record<string, { readonly security: readonly object[]; readonly 'x-scope'?: Scope }>>
}

test('without a token no route answers but the probes and the static documentation', async t => {
  const routes = await everyRoute(t)
  assert.ok(routes.length > 40, `${routes.length} routes`)
  const { ask, lab } = await guarded(t)
  const open = new Set<string>()
  for (const { method, url } of routes) {
    const answer = await ask(method as 'GET', url)
    if (answer.status === 401) assert.equal(answer.headers['www-authenticate'], 'Bearer realm="framelab"')
    else open.add(url)
  }
  // Static files are the same on every server, and hold nothing of this one.
  assert.deepEqual(
    [...open].filter(url => /^\/(api|debug|metrics)/.test(url)),
    []
  )
  for (const url of ['/healthz', '/readyz', '/documentation/json']) assert.ok(open.has(url), url)
  assert.equal(lab.audit(1).total, 0)
})

test('what is not there, or not allowed there, is not told to strangers either', async t => {
  const { ask } = await guarded(t)
  for (const url of ['/api/v1/nothing', '/secret', '/api/v1']) {
    assertProblem(await ask('GET', url), 401)
    assertProblem(await ask('GET', url, { headers: as('read') }), 404)
  }
  assertProblem(await ask('PUT', '/api/v1/server'), 401)
  assertProblem(await ask('PUT', '/api/v1/server', { headers: as('operate') }), 405)
})

test('every operation takes the scope that the document says, and no other', async t => {
  const { ask, app } = await guarded(t)
  const { paths } = app.swagger() as unknown as Document
  const seen = new Set<string>()
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, { security, 'x-scope': needed }] of Object.entries(methods)) {
      assert.equal(security.length > 0, needed !== undefined)
      const url = path.replace(/\{\w+\}/g, '1')
      for (const scope of scopes) {
        // Events never end: that they begin is seen by the integration test.
        if (path === '/api/v1/events' && scope === 'read') continue
        const { status, headers } = await ask(method.toUpperCase() as 'GET', url, { headers: as(scope) })
        const mayUse = needed === undefined || needed === scope
        assert.equal(status !== 403 && status !== 401, mayUse, `${method} ${path} with ${scope}: ${status}`)
        if (!mayUse) {
          const expected = `Bearer realm="framelab", error="insufficient_scope", scope="${needed}"`
          assert.equal(headers['www-authenticate'], expected)
        }
      }
      seen.add(needed ?? 'public')
    }
  }
  assert.deepEqual([...seen].sort(), ['operate', 'profile', 'public', 'read'])
})

test('profiles, which show code, take a scope of their own, by REST and by pprof', async t => {
  const { ask } = await guarded(t)
  for (const url of [
    '/api/v1/profiles',
    '/api/v1/profiles/1/download',
    '/debug/pprof/',
    '/debug/pprof/heap?seconds=1'
  ]) {
    assertProblem(await ask('GET', url, { headers: as('read') }), 403)
    assertProblem(await ask('GET', url, { headers: as('operate') }), 403)
  }
  assertProblem(await ask('POST', '/api/v1/profiles', { body: {}, headers: as('operate') }), 403)
  assert.equal((await ask('GET', '/api/v1/profiles', { headers: as('profile') })).status, 200)
})

test('an experiment shows and takes profiles for whoever has the scope, and else does without', async t => {
  const { ask, lab } = await guarded(t)
  const before = lab.profiles.keep('cpu', running('slowFunction'))
  const after = lab.profiles.keep('cpu', running('quickFunction'))
  const report = exampleReport({ profiles: [before, after] })
  lab.experiments.reports.set(report.id, report)
  const url = `/api/v1/experiments/${report.id}/report`
  assert.match((await ask('GET', url, { headers: as('all') })).text, /slowFunction/)
  const page = await ask('GET', url, { headers: as('read') })
  assert.equal(page.status, 200)
  assert.doesNotMatch(page.text, /slowFunction/)

  const body = {
    arms: [
      { name: 'a', preset: 'buffered' },
      { name: 'b', preset: 'pooled' }
    ],
    profile: true
  }
  assertProblem(await ask('POST', '/api/v1/experiments', { body, headers: as('operate') }), 403)
  assert.equal(lab.experiments.requests.length, 0)
  assert.equal((await ask('POST', '/api/v1/experiments', { body, headers: as('all') })).status, 202)
})

test('a token that is taken back ends what it follows', async t => {
  let list = tokens()
  const { app, lab } = await labApp(t, { tokens: { identify: secret => list.identify(secret) } })
  const url = `${await app.listen()}/api/v1/events`
  const [reader, all] = await Promise.all([EventStream.open(url, as('read')), EventStream.open(url, as('all'))])
  t.after(() => all.close())
  await until(() => lab.events.listeners === 2, 'both listen')
  list = new TokenList([recordOf('all', scopes, secrets.all as string)])
  lab.events.publish('snapshot', { revision: 1 } as SnapshotEvent)
  await until(() => reader.ended, 'the stream has ended')
  await until(() => all.of('snapshot').length === 1, 'the other goes on')
  assert.deepEqual(reader.of('snapshot'), [])
})

test('a token that is wrong, cut, longer, misspelt or in the address lets nobody in', async t => {
  const { ask } = await guarded(t)
  const good = secrets.all as string
  for (const secret of [`${good}A`, good.slice(0, -1), good.toUpperCase(), newSecret(), 'x']) {
    const problem = await ask('GET', '/api/v1/server', { headers: { authorization: `Bearer ${secret}` } })
    assertProblem(problem, 401)
    assert.equal(problem.headers['www-authenticate'], 'Bearer realm="framelab", error="invalid_token"')
    assert.ok(!problem.text.includes(secret))
  }
  for (const authorization of ['', 'Bearer', 'Bearer ', `Token ${good}`, `Bearer ${good} ${good}`, good]) {
    assertProblem(await ask('GET', '/api/v1/server', { headers: { authorization } }), 401)
  }
  for (const name of ['access_token', 'token']) assertProblem(await ask('GET', `/api/v1/server?${name}=${good}`), 401)
  assert.equal((await ask('GET', '/api/v1/server', { headers: { authorization: `bearer ${good}` } })).status, 200)
})

test('Basic, which is all that go tool pprof can send, is taken where it asks and nowhere else', async t => {
  const { ask } = await guarded(t)
  const authorization = `Basic ${Buffer.from(`anybody:${secrets.profile}`).toString('base64')}`
  assert.equal((await ask('GET', '/debug/pprof/', { headers: { authorization } })).status, 200)
  assertProblem(await ask('GET', '/api/v1/profiles', { headers: { authorization } }), 401)
})

test('the audit names whose token it was, whatever the request calls itself', async t => {
  const { ask, lab } = await guarded(t)
  await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: false, by: 'root' }, headers: as('operate') })
  await ask('POST', '/api/v1/workers/restart', { headers: as('all') })
  const names = lab.audit(10).items.map(({ by }) => by)
  assert.deepEqual(names, ["127.0.0.1 with token 'all'", "root with token 'operate'"])
})

test('a token is good until it expires', () => {
  const secret = newSecret()
  const list = new TokenList([recordOf('guest', ['read'], secret, new Date(1000))])
  assert.deepEqual(list.identify(secret, 999), { name: 'guest', scopes: ['read'] })
  assert.equal(list.identify(secret, 1000), null)
})

test('of a token only its hash is kept, and no two are alike', () => {
  const made = Array.from({ length: 100 }, newSecret)
  assert.equal(new Set(made).size, 100)
  for (const secret of made) {
    assert.equal(secretFault(secret), null)
    assert.ok(Buffer.from(secret.replace('framelab_', ''), 'base64url').length === 32)
    assert.ok(!JSON.stringify(recordOf('a', ['read'], secret)).includes(secret.slice(9, 30)))
  }
})
