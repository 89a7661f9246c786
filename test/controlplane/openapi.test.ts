import assert from 'node:assert/strict'
import { test } from 'node:test'
import { labApp } from './lab-app.ts'

interface Media {
  readonly schema: { readonly $ref?: string }
  readonly example?: unknown
}
interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly description?: string
  readonly tags?: readonly string[]
  readonly responses: Readonly<Record<string, { description: string; content?: Record<string, Media> }>>
  readonly requestBody?: { readonly required: boolean; readonly content: Readonly<Record<string, Media>> }
}
interface Document {
  readonly openapi: string
  readonly info: { readonly version: string }
  readonly tags: readonly { readonly name: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, unknown>> }
}

test('the document is served as JSON and YAML, and tells the version', async t => {
  const { ask } = await labApp(t)
  const document = (await ask('GET', '/documentation/json')).json<Document>()
  assert.equal(document.openapi, '3.1.0')
  assert.equal(document.info.version, '1.2.3')
  assert.match((await ask('GET', '/documentation/yaml')).text, /^openapi: 3\.1\.0/)
})

test('the documentation page and what it loads come from this server', async t => {
  const { ask } = await labApp(t)
  const page = await ask('GET', '/documentation')
  assert.match(page.headers['content-type'] ?? '', /^text\/html/)
  const loaded = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address as string)
  assert.ok(loaded.length > 3)
  for (const address of loaded) assert.equal((await ask('GET', address)).status, 200, address)
  assert.match(page.headers['content-security-policy'] ?? '', /default-src 'self'/)
})

test('every operation has an id of its own, a summary, a description, a known tag and its errors', async t => {
  const { ask } = await labApp(t)
  const { paths, tags } = (await ask('GET', '/documentation/json')).json<Document>()
  const operations = Object.values(paths).flatMap(path => Object.values(path))
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length)
  for (const { operationId, summary, description, tags: own, responses } of operations) {
    assert.ok(operationId && summary && description, operationId)
    assert.ok(own?.length === 1 && tags.some(({ name }) => name === own[0]), operationId)
    for (const status of ['400', '403', '421', '500', '503']) {
      assert.deepEqual(
        Object.keys(responses[status]?.content ?? {}),
        ['application/problem+json'],
        `${operationId} ${status}`
      )
    }
    for (const { description } of Object.values(responses)) assert.notEqual(description, 'Default Response')
  }
})

test('every body that an operation takes or answers with has an example, and an error says its own status', async t => {
  const { ask } = await labApp(t)
  const { paths } = (await ask('GET', '/documentation/json')).json<Document>()
  for (const { operationId, requestBody, responses } of Object.values(paths).flatMap(path => Object.values(path))) {
    for (const [what, { content = {} }] of Object.entries({
      ...responses,
      ...(requestBody && { body: requestBody })
    })) {
      for (const [mediaType, { example }] of Object.entries(content)) {
        assert.notEqual(example, undefined, `${operationId}, ${what}: no example; give its schema one`)
        if (mediaType === 'application/problem+json') assert.equal((example as { status: number }).status, Number(what))
      }
    }
  }
})

test('a body that may be left out is not called required', async t => {
  const { ask } = await labApp(t)
  const { paths } = (await ask('GET', '/documentation/json')).json<Document>()
  const isRequired = (path: string): boolean | undefined => paths[path]?.post?.requestBody?.required
  assert.equal(isRequired('/api/v1/connections/{id}/trace'), false)
  assert.equal(isRequired('/api/v1/connections/close'), true)
})

test('the document has the paths of the API, and no others', async t => {
  const { ask } = await labApp(t)
  const { paths } = (await ask('GET', '/documentation/json')).json<Document>()
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map(method => `${method} ${path}`)
  )
  assert.deepEqual(operations, [
    'get /api/v1/audit',
    'get /api/v1/connections',
    'post /api/v1/connections/close',
    'get /api/v1/connections/count',
    'get /api/v1/connections/{id}',
    'delete /api/v1/connections/{id}',
    'post /api/v1/connections/{id}/trace',
    'get /api/v1/doctor',
    'post /api/v1/drain',
    'get /api/v1/events',
    'post /api/v1/experiments',
    'get /api/v1/experiments',
    'get /api/v1/experiments/{id}',
    'delete /api/v1/experiments/{id}',
    'get /api/v1/experiments/{id}/report',
    'post /api/v1/explorations',
    'get /api/v1/explorations',
    'get /api/v1/explorations/{id}',
    'delete /api/v1/explorations/{id}',
    'get /api/v1/explorations/{id}/report',
    'post /api/v1/load',
    'get /api/v1/load',
    'get /api/v1/load/{id}',
    'delete /api/v1/load/{id}',
    'get /api/v1/optimizations',
    'patch /api/v1/optimizations',
    'delete /api/v1/optimizations/layers/{id}',
    'get /api/v1/profiles',
    'post /api/v1/profiles',
    'get /api/v1/profiles/{after}/diff/{before}',
    'get /api/v1/profiles/{after}/diff/{before}/flame-graph',
    'get /api/v1/profiles/{id}',
    'delete /api/v1/profiles/{id}',
    'get /api/v1/profiles/{id}/download',
    'get /api/v1/server',
    'get /api/v1/workers',
    'post /api/v1/workers/restart',
    'post /api/v1/workers/{id}/restart',
    'get /debug/pprof/allocs',
    'get /debug/pprof/heap',
    'get /debug/pprof/profile',
    'get /healthz',
    'get /metrics',
    'get /readyz'
  ])
})

test('every schema of the document is referred to, and every reference leads to one', async t => {
  const { ask } = await labApp(t)
  const { text } = await ask('GET', '/documentation/json')
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name))
  assert.deepEqual([...referred].sort(), Object.keys(JSON.parse(text).components.schemas))
})
