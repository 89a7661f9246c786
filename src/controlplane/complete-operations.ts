import type { OpenAPIV3_1 } from 'openapi-types'
import { type Problem, problemOf } from './problem.ts'

interface Schema {
  $ref?: string
  examples?: unknown[]
  default?: unknown
}
interface Media {
  schema?: Schema
  example?: unknown
}
interface Described {
  required?: boolean
  description?: string
  content?: Record<string, Media>
}
interface Operation {
  requestBody?: Described
  responses?: Record<string, Described>
}
type Schemas = NonNullable<OpenAPIV3_1.ComponentsObject['schemas']>

/**
 * Every body of every operation with an example where readers and tools look for it: the first one of its schema, and for
 * a problem one of its status. Where a schema has none, there is none. And whether a body may be left out.
 */
export function completeOperations(paths: OpenAPIV3_1.PathsObject, schemas: Schemas): void {
  for (const operation of Object.values(paths).flatMap(path => Object.values(path ?? {}) as Operation[])) {
    placeIn(operation.requestBody, schemas)
    if (operation.requestBody !== undefined)
      operation.requestBody.required = !isOptional(operation.requestBody, schemas)
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      placeIn(response, schemas)
      const problem = response.content?.['application/problem+json']
      if (problem !== undefined) problem.example = problemExample(Number(status), response.description)
    }
  }
}

function placeIn({ content = {} }: Described = {}, schemas: Schemas): void {
  for (const media of Object.values(content)) {
    const { examples } = schemaOf(media, schemas)
    if (examples !== undefined) media.example = examples[0]
  }
}

/** A body with a default may be left out; the generator of the document calls every body required. */
function isOptional({ content = {} }: Described, schemas: Schemas): boolean {
  return Object.values(content).every(media => schemaOf(media, schemas).default !== undefined)
}

function schemaOf({ schema = {} }: Media, schemas: Schemas): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (schemas[name] as Schema)
}

/** What is wrong with a request is told field by field. */
function problemExample(status: number, description = ''): Problem {
  if (status !== 400) return problemOf(status, description)
  const detail = 'must be a whole number from 1 to 1000'
  return problemOf(400, `limit: ${detail}`, [{ parameter: 'limit', detail }])
}
