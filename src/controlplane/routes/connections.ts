import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { connectionPage, listingQueryOf } from '../connection-page.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import {
  closeConnectionQuery,
  connectionPageSchema,
  connectionParameters,
  connectionSchema,
  listConnectionsQuery
} from '../schemas/connections.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const connectionRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/connections',
    {
      schema: {
        operationId: 'listConnections',
        tags: ['Connections'],
        summary: 'List open connections',
        description: 'Sorted by any of their fields, a page at a time. Connections come and go between two pages.',
        querystring: listConnectionsQuery,
        response: { 200: answer('a page of them', connectionPageSchema), ...problemResponses() }
      }
    },
    async request => connectionPage(request.query, await lab.listConnections(listingQueryOf(request.query)))
  )

  app.get(
    '/connections/:id',
    {
      schema: {
        operationId: 'getConnection',
        tags: ['Connections'],
        summary: 'Show one connection',
        description: 'What came and went on one open connection, and what still waits.',
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
      return reply.code(204).send()
    }
  )

  done()
}

function noConnection(id: string): never {
  throw new HttpProblem(404, `there is no open connection '${id}'`)
}
