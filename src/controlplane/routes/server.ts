import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Lab } from '../lab.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { serverSchema } from '../schemas/server.ts'

export const serverRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/server',
    {
      schema: {
        operationId: 'getServer',
        tags: ['Server'],
        summary: 'Show the server',
        description: 'Version, addresses, options, workers, totals since the start and rates of the last few seconds.',
        response: { 200: answer('the server now', serverSchema), ...problemResponses() }
      }
    },
    () => lab.report()
  )

  done()
}
