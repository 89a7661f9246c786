import type { FastifyInstance } from 'fastify'
import fp from 'fastify-plugin'
import { type InputError, invalidInput } from '../problem.ts'

/** Refuses input that an operation describes no schema for, where ignoring it would look as if it had worked. */
export const strictInput = fp(
  (app: FastifyInstance, _options: object, done: () => void) => {
    app.addHook('preValidation', async ({ query, body, routeOptions: { schema } }) => {
      const errors: InputError[] = []
      if (schema?.querystring === undefined) {
        for (const parameter of Object.keys(query as object)) errors.push({ parameter, detail: 'unknown parameter' })
      }
      if (schema?.body === undefined && body !== undefined)
        errors.push({ pointer: '', detail: 'this operation takes none' })
      if (errors.length > 0) throw invalidInput(errors)
    })
    done()
  },
  { name: 'strict-input', fastify: '5.x' }
)
