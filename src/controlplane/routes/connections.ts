import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { connectionPage, listingQueryOf } from '../connection-page.ts'
import type { Lab } from '../lab.ts'
import { namingWorker } from '../named-worker.ts'
import {
  connectionCountSchema,
  connectionPageSchema,
  countConnectionsQuery,
  listConnectionsQuery
} from '../schemas/connections.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const connectionListRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/connections',
    {
      schema: {
        operationId: 'listConnections',
        tags: ['Connections'],
        summary: 'List connections',
        description:
          'Those that the filter matches, sorted by any of their fields, a page at a time. Without a filter, all live ones. ' +
          'Closed ones are forgotten with the process that served them. A page continues behind the place of the last ' +
          'connection of the page before, taken anew from all there are: who pages on meets every connection that lives ' +
          'throughout exactly once when sorted by what does not change (`id`, `address`, `port`, `worker`, `openedAt`, ' +
          '`ageSeconds`). Sorted by a figure that moves, a connection may be met twice or not at all when its figure ' +
          'passes that place between two pages.',
        querystring: listConnectionsQuery,
        response: { 200: answer('a page of them', connectionPageSchema), ...problemResponses() }
      }
    },
    async request => {
      const listing = await namingWorker('query', lab.listConnections(listingQueryOf(request.query)))
      return connectionPage(request.query, listing)
    }
  )

  app.get(
    '/connections/count',
    {
      schema: {
        operationId: 'countConnections',
        tags: ['Connections'],
        summary: 'Count connections',
        description: 'How many connections the filter matches: the same filter as that of the list and of closing.',
        querystring: countConnectionsQuery,
        response: { 200: answer('how many', connectionCountSchema), ...problemResponses() }
      }
    },
    request => namingWorker('query', lab.countConnections(request.query))
  )

  done()
}
