import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { labApp } from './lab-app.ts'

interface Document {
  readonly components: { readonly schemas: Readonly<Record<string, { readonly examples?: readonly unknown[] }>> }
}

test('every example of the document is what its schema says', async t => {
  const { ask } = await labApp(t)
  const { schemas } = (await ask('GET', '/documentation/json')).json<Document>().components
  let checked = 0
  for (const [name, { examples = [], ...schema }] of Object.entries(schemas)) {
    if (examples.length === 0) continue
    const text = JSON.stringify({ ...schema, $defs: schemas }).replaceAll('#/components/schemas/', '#/$defs/')
    const validator = z.fromJSONSchema(JSON.parse(text))
    for (const example of examples) {
      const result = validator.safeParse(example)
      assert.ok(result.success, `${name}: ${result.error?.message}`)
      checked++
    }
  }
  assert.ok(checked > 5)
})
