import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { connectionPage, continuing, listingQueryOf } from '../connection-page.ts'
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
          'Closed ones are forgotten with the process that served them. Who pages on meets every connection that lives ' +
          'and matches throughout exactly once, whatever it is sorted by and however fast that changes: what the ' +
          'connections were sorted by for the first page holds for the others, whose items show what is so when they ' +
          'are asked for. It is remembered for a minute after each page, of 64 listings (fewer beyond 15,000 connections ' +
          'of a worker); then a cursor is refused, unless it is of what never changes (`id`, `address`, `port`, `worker`, `openedAt`, `ageSeconds`).',
        querystring: listConnectionsQuery,
        response: { 200: answer('a page of them', connectionPageSchema), ...problemResponses() }
      }
    },
    async request => {
      const query = listingQueryOf(request.query)
      const listing = await continuing(namingWorker('query', lab.listConnections(query)))
      return connectionPage(request.query, query.held, listing)
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
