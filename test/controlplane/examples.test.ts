import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { labApp } from './lab-app.ts'

type Content = Readonly<Record<string, { readonly schema: object; readonly example?: unknown }>>
interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, { readonly examples?: readonly unknown[] }>> }
}

test('every example of the document is what its schema says', async t => {
  const { ask } = await labApp(t)
  const { paths, components } = (await ask('GET', '/documentation/json')).json<Document>()
  const { schemas } = components
  const check = (what: string, schema: object, example: unknown): void => {
    const text = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/')
    const result = z.fromJSONSchema(JSON.parse(text, closed)).safeParse(example)
    assert.ok(result.success, `${what}: ${result.error?.message}`)
  }
  for (const [name, { examples = [], ...schema }] of Object.entries(schemas)) {
    for (const example of examples) check(name, schema, example)
  }
  const problem = schemas.Problem as object
  for (const { operationId, responses } of Object.values(paths).flatMap(path => Object.values(path))) {
    for (const [status, { content = {} }] of Object.entries(responses)) {
      const example = content['application/problem+json']?.example
      if (example !== undefined) check(`${operationId} ${status}`, problem, example)
    }
  }
})

/** What an answer may hold in time to come, an example of today's does not. */
function closed(_key: string, schema: { type?: string; properties?: object; additionalProperties?: unknown }): unknown {
  const isObject = schema?.type === 'object' && typeof schema.properties === 'object'
  return isObject ? { additionalProperties: false, ...schema } : schema
}
