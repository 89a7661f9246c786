import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { actorOf } from '../actor.ts'
import type { Lab } from '../lab.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { drainingSchema } from '../schemas/server.ts'

export const drainRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.post(
    '/drain',
    {
      schema: {
        operationId: 'drain',
        tags: ['Server'],
        summary: 'Stop the server gracefully',
        description: 'Accepts no more connections, answers the frames that have come whole, and exits.',
        response: { 202: answer('it has begun to stop', drainingSchema), ...problemResponses() }
      }
    },
    async (request, reply) => {
      const actor = actorOf(request)
      // The process must not end under its own answer. 'close' also comes when the client did not wait for it.
      reply.raw.once('close', () => lab.drain(actor))
      return reply.code(202).send({ state: 'draining' })
    }
  )

  done()
}
