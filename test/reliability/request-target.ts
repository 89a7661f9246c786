import { deepStrictEqual, ok } from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { parse as parseQuery } from 'node:querystring'
import type { RouteOptions } from 'fastify'
import { validatorCompiler, type ZodFastifySchemaValidationError } from 'fastify-type-provider-zod'
import type { z } from 'zod'
import { buildApp } from '../../src/controlplane/app.ts'
import { inputErrors } from '../../src/controlplane/validation-errors.ts'
import { SwitchLoans } from '../../src/workers/experiments/switch-loans.ts'
import { ExplorationRuns } from '../../src/workers/exploration-runs.ts'
import { MemoryLab } from '../controlplane/memory-lab.ts'
import { MemoryLoads } from '../controlplane/memory-loads.ts'
import type { Target } from './fuzz.ts'

/** What an operation takes, and in which part of a request. */
interface Input {
  readonly schema: z.ZodType
  readonly isBody: boolean
}

const labs = { lab: new MemoryLab(), loads: new MemoryLoads() }
// Nothing is asked of them, so that nothing is written there.
const loans = new SwitchLoans(labs.lab.control, labs.lab.layers, tmpdir())
const explorations = new ExplorationRuns({ version: '1.2.3', loans, ...labs })
const app = buildApp({ ...labs, explorations, version: '1.2.3', httpHost: '127.0.0.1' })
const inputs: Input[] = []
app.addHook('onRoute', ({ method, schema }: RouteOptions) => {
  if (method === 'HEAD') return
  const { body, querystring } = (schema ?? {}) as { body?: z.ZodType; querystring?: z.ZodType }
  if (body !== undefined) inputs.push({ schema: body, isBody: true })
  if (querystring !== undefined) inputs.push({ schema: querystring, isBody: false })
})
await app.ready()
const parseJson = app.getDefaultJsonParser('error', 'error')
await app.close()

/** As Fastify has it before it is validated; undefined when it is refused already. */
function readAs(isBody: boolean, text: string): unknown {
  if (!isBody) return { ...parseQuery(text) }
  let json: unknown
  void parseJson(undefined as never, text, (error, parsed) => {
    json = error === null ? parsed : undefined
  })
  return json
}

interface Validated {
  readonly value?: unknown
  readonly error?: readonly ZodFastifySchemaValidationError[]
}

const validate = (schema: z.ZodType, data: unknown): Validated =>
  validatorCompiler({ schema, method: 'GET', url: '/' })(data) as Validated

const seedsOf = ({ schema, isBody }: Input, index: number): Buffer[] =>
  ((schema.meta()?.examples ?? [{}]) as object[]).map(example =>
    Buffer.concat([
      Buffer.from([index]),
      Buffer.from(isBody ? JSON.stringify(example) : new URLSearchParams(example as Record<string, string>).toString())
    ])
  )
const names = inputs.flatMap(({ schema }) => Object.keys((schema as z.ZodObject).shape ?? {}))

/** The first byte chooses the operation, the rest is its body or its query: of every route that takes any. */
export const requests: Target = {
  name: 'requests',
  code: /src\/(?:controlplane\/(?:schemas|cursor|validation-errors)|contract\/)/,
  seeds: inputs.flatMap(seedsOf),
  words: [
    ...new Set(names.flatMap(name => [`"${name}":`, `&${name}=`])),
    ...['{"__proto__":{"polluted":1}}', '"constructor":{"prototype":{}}', '"a/b~c":1', '&a%2Fb=1', '1e309', '-0'],
    ...['null', 'true', '""', '[]', '{}', '[{}]', ',', '"pooled"', '"live"', '"10s"', '"cpu"']
  ],
  attempt(input) {
    const { schema, isBody } = inputs[(input[0] ?? 0) % inputs.length] as Input
    const read = readAs(isBody, input.subarray(1).toString())
    if (read === undefined) return
    const { value, error } = validate(schema, read)
    if (error === undefined) {
      // What is understood is understood the same way when it is told again.
      if (isBody) deepStrictEqual(validate(schema, value).value, value)
      return
    }
    const errors = inputErrors(error, isBody)
    ok(errors.length > 0)
    for (const { pointer, parameter, detail } of errors) {
      ok(detail.length > 0)
      if (isBody) ok(pointer === '' || pointer?.startsWith('/'), pointer)
      else ok(typeof parameter === 'string')
    }
  }
}
