import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { actorOf } from '../actor.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { closeConnectionQuery, connectionParameters, connectionSchema } from '../schemas/connections.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const connectionRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/connections/:id',
    {
      schema: {
        operationId: 'getConnection',
        tags: ['Connections'],
        summary: 'Show one connection',
        description:
          'What came and went on one connection, and what still waits. It may be one of the last that closed.',
        params: connectionParameters,
        response: { 200: answer('the connection', connectionSchema), ...problemResponses(404) }
      }
    },
    async request => (await lab.findConnection(request.params.id)) ?? noConnection(request.params.id)
  )

  app.delete(
    '/connections/:id',
    {
      schema: {
        operationId: 'closeConnection',
        tags: ['Connections'],
        summary: 'Close one connection',
        description: 'Answers as soon as the connection was told to close.',
        params: connectionParameters,
        querystring: closeConnectionQuery,
        response: { 204: z.undefined().describe('it is closing'), ...problemResponses(404) }
      }
    },
    async (request, reply) => {
      const { id } = request.params
      if (!(await lab.closeConnection(id, request.query.mode))) noConnection(id)
      lab.note('close', `connection ${id}`, actorOf(request))
      return reply.code(204).send()
    }
  )

  done()
}

function noConnection(id: string): never {
  throw new HttpProblem(404, `there is no open connection '${id}'`)
}
