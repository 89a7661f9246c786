import assert from 'node:assert/strict'
import { z } from 'zod'

interface Content {
  readonly schema: object
}
interface Operation {
  readonly operationId: string
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Content>> }>>
}
export interface ApiDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: { readonly schemas: Readonly<Record<string, object>> }
}

export interface Answer {
  readonly method: string
  readonly url: string
  readonly status: number
  readonly contentType: string
  readonly text: string
}

/** Fails unless the document has this status and media type for this operation, and the body is what its schema says. */
export function assertDocumented(document: ApiDocument, answer: Answer): void {
  const operation = operationOf(document, answer)
  // An address that is too long for the router reaches no operation.
  if (operation === undefined || answer.status === 414) return
  const what = `${operation.operationId} ${answer.status}`
  const response = operation.responses[answer.status]
  assert.ok(response, `${what} is not documented`)
  if (answer.method === 'HEAD') return
  if (response.content === undefined) {
    assert.equal(answer.text, '', `${what} has a body`)
    return
  }
  const mediaType = answer.contentType.split(';', 1)[0] as string
  const content = response.content[mediaType]
  assert.ok(content, `${what} is not documented as ${mediaType}`)
  if (!mediaType.endsWith('json')) return
  const isLines = mediaType === 'application/x-ndjson'
  for (const text of isLines ? answer.text.trimEnd().split('\n') : [answer.text]) {
    const result = validatorOf(document, content.schema).safeParse(JSON.parse(text))
    assert.ok(result.success, `${what} is not as documented: ${result.error?.message}`)
  }
}

/** The operation of an address; undefined for an unknown path, or a method that the path does not have. */
function operationOf({ paths }: ApiDocument, { method, url }: Answer): Operation | undefined {
  const path = url.split('?', 1)[0] as string
  const template = Object.keys(paths).find(candidate =>
    new RegExp(`^${candidate.replace(/\{\w+\}/g, '[^/]+')}$`).test(path)
  )
  return template === undefined ? undefined : paths[template]?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
}

const validators = new WeakMap<object, z.ZodType>()

function validatorOf({ components }: ApiDocument, schema: object): z.ZodType {
  const known = validators.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify({ ...schema, $defs: components.schemas })
  const validator = z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
  validators.set(schema, validator)
  return validator
}
