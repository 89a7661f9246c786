import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LabApp, labApp } from '../controlplane/lab-app.ts'
import { everyRoute } from './support/every-route.ts'

interface Change {
  /** Makes it possible, and says with what in place of the path's parameters. */
  readonly prepare?: (app: LabApp) => Promise<string> | string
  readonly body?: object
  readonly cause: string
}

async function created({ ask }: LabApp, url: string, body: object): Promise<string> {
  return (await ask('POST', url, { body })).json<{ id: string }>().id
}

/** How each operation that changes something is used, and what the audit calls it. */
const changes: Readonly<Record<string, Change>> = {
  'POST /api/v1/connections/close': { body: { filter: { worker: 1 } }, cause: 'close' },
  'DELETE /api/v1/connections/:id': {
    prepare: ({ lab }) => {
      lab.addConnections(1)
      return '1-0'
    },
    cause: 'close'
  },
  'POST /api/v1/drain': { cause: 'drain' },
  'POST /api/v1/load': { body: { durationSeconds: 1 }, cause: 'load' },
  'DELETE /api/v1/load/:id': { prepare: app => created(app, '/api/v1/load', { durationSeconds: 1 }), cause: 'unload' },
  'PATCH /api/v1/optimizations': { body: { packetPool: false }, cause: 'patch' },
  'DELETE /api/v1/optimizations/layers/:id': {
    prepare: async ({ ask }) => {
      const body = { packetPool: false, ttlSeconds: 60 }
      const answer = await ask('PATCH', '/api/v1/optimizations', { body })
      return answer.json<{ layers: { id: string }[] }>().layers[0]?.id ?? ''
    },
    cause: 'delete'
  },
  'POST /api/v1/workers/restart': { cause: 'restart' },
  'POST /api/v1/workers/:id/restart': { prepare: () => '2', cause: 'restart' }
}

/** They change nothing, or what their own tests look for in the audit of a whole server. */
const elsewhere = [
  'POST /api/v1/explorations',
  'DELETE /api/v1/explorations/:id',
  'POST /api/v1/connections/:id/trace',
  'POST /api/v1/profiles',
  'DELETE /api/v1/profiles/:id',
  'POST /api/v1/experiments',
  'DELETE /api/v1/experiments/:id'
]

test('every operation that changes something leaves its cause, and who asked, in the audit', async t => {
  const routes = await everyRoute(t)
  const mutating = routes.filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method))
  assert.ok(mutating.length > 10)
  for (const { method, path } of mutating) {
    const name = `${method} ${path}`
    if (elsewhere.includes(name)) continue
    const change = changes[name]
    assert.ok(change, `${name}: say here how the audit shows it`)
    const app = await labApp(t)
    const id = (await change.prepare?.(app)) ?? ''
    const before = app.lab.audit(100).total
    const answer = await app.ask(method as 'POST', path.replace(':id', id), { body: change.body })
    assert.ok(answer.status < 300, `${name}: ${answer.text}`)
    // A drain begins when its answer has left.
    await new Promise(setImmediate)
    const { total, items } = app.lab.audit(1)
    assert.equal(total, before + 1, name)
    assert.equal(items[0]?.cause, change.cause, name)
    assert.equal(items[0]?.by, '127.0.0.1', name)
  }
})

test('what is refused leaves nothing in the audit', async t => {
  const { ask, lab } = await labApp(t)
  assert.equal((await ask('PATCH', '/api/v1/optimizations', { body: { packetPool: 'no' } })).status, 400)
  assert.equal((await ask('DELETE', '/api/v1/connections/1-77')).status, 404)
  assert.equal((await ask('POST', '/api/v1/connections/close', { body: { filter: {}, dryRun: true } })).status, 400)
  assert.equal(lab.audit(1).total, 0)
})
