import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { OpenAPIV3_1 } from 'openapi-types'
import { tidyDocument } from '../../src/controlplane/openapi-document.ts'

const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` })

function document(paths: Record<string, unknown>, schemas: Record<string, object>): Partial<OpenAPIV3_1.Document> {
  return { openapi: '3.1.0', paths: paths as OpenAPIV3_1.PathsObject, components: { schemas } }
}

test('a schema that is only accepted loses the suffix, with all references to it', () => {
  const schemas = {
    Change: {},
    ChangeInput: { items: reference('PartInput') },
    Part: {},
    PartInput: { type: 'string' }
  }
  const tidy = tidyDocument(document({ '/a': { body: reference('ChangeInput') } }, schemas as Record<string, object>))
  assert.deepEqual(tidy.paths, { '/a': { body: reference('Change') } })
  assert.deepEqual(tidy.components?.schemas, { Change: { items: reference('Part') }, Part: { type: 'string' } })
})

test('a schema that is sent and accepted keeps both names', () => {
  const schemas = { Filter: { title: 'sent' }, FilterInput: { title: 'accepted' } }
  const paths = { '/a': { body: reference('FilterInput'), answer: reference('Filter') } }
  const tidy = tidyDocument(document(paths, schemas))
  assert.deepEqual(tidy.paths, paths)
  assert.deepEqual(tidy.components?.schemas, schemas)
})

test('paths and schemas are sorted, and schemas that nothing refers to are left out', () => {
  const paths = { '/b': { answer: reference('Zone') }, '/a': { answer: reference('Area') } }
  const tidy = tidyDocument(document(paths, { Zone: {}, Unused: {}, Area: {} }))
  assert.deepEqual(Object.keys(tidy.paths ?? {}), ['/a', '/b'])
  assert.deepEqual(Object.keys(tidy.components?.schemas ?? {}), ['Area', 'Zone'])
})
