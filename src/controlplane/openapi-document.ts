import type { OpenAPIV3_1 } from 'openapi-types'
import type { z } from 'zod'
import { completeOperations } from './complete-operations.ts'

type Schemas = NonNullable<OpenAPIV3_1.ComponentsObject['schemas']>
type JsonSchema = ReturnType<typeof z.toJSONSchema>
type Override = NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']

const REFERENCE = /"#\/components\/schemas\/([^"/]+)"/g

/** How the schemas of bodies and parameters are written down. */
export const zodToJsonConfig: { override: NonNullable<Override> } = {
  override({ zodSchema, jsonSchema }) {
    // What every JSON number that is an integer is bounded by anyway.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    // `format` says as much as the validator's pattern, and can be read.
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    // What is sent holds no other fields, today; what is accepted says so by being strict, and never will.
    if (zodSchema._zod.def.type === 'object' && !('catchall' in zodSchema._zod.def))
      delete jsonSchema.additionalProperties
    // A tuple of one kind is an array of a fixed length, which more tools understand.
    const { prefixItems } = jsonSchema as { prefixItems?: JsonSchema[] }
    if (prefixItems !== undefined) {
      const [items] = prefixItems
      delete jsonSchema.prefixItems
      Object.assign(jsonSchema, { items, minItems: prefixItems.length, maxItems: prefixItems.length })
    }
    // An answer without a body.
    if (zodSchema._zod.def.type === 'undefined') jsonSchema.type = 'null'
  }
}

/**
 * Sorted by path and name, so that the document changes only where the API does. Every registered schema comes twice, as
 * what is sent and, with 'Input' behind its name, as what is accepted: the one that nothing refers to goes, and its name
 * goes to the other. Examples of schemas are shown where these are used, too.
 */
export function tidyDocument(document: Partial<OpenAPIV3_1.Document>): Partial<OpenAPIV3_1.Document> {
  const schemas: Schemas = document.components?.schemas ?? {}
  const paths = sorted(document.paths ?? {})
  const used = referredTo(paths, schemas)
  const names = new Map(
    [...used].map(name => [name, used.has(name.replace(/Input$/, '')) ? name : name.replace(/Input$/, '')])
  )
  const renamed = { paths, schemas: Object.fromEntries([...names].map(([name, newName]) => [newName, schemas[name]])) }
  const text = JSON.stringify(renamed).replace(
    REFERENCE,
    (_, name: string) => `"#/components/schemas/${names.get(name) ?? name}"`
  )
  const tidy = JSON.parse(text) as { paths: OpenAPIV3_1.PathsObject; schemas: Schemas }

  completeOperations(tidy.paths, tidy.schemas)
  const { paths: _paths, components, ...head } = document
  return { ...head, paths: tidy.paths, components: { ...components, schemas: sorted(tidy.schemas) } }
}

/** Names of the schemas that the paths refer to, and of those that these refer to. */
function referredTo(paths: OpenAPIV3_1.PathsObject, schemas: Schemas): Set<string> {
  const found = new Set<string>()
  const search = (part: unknown): void => {
    for (const [, name] of JSON.stringify(part).matchAll(REFERENCE)) {
      if (name === undefined || found.has(name)) continue
      found.add(name)
      search(schemas[name])
    }
  }
  search(paths)
  return found
}

function sorted<T extends object>(record: T): T {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))) as T
}
