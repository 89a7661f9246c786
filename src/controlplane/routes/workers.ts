import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Lab } from '../lab.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { workerListSchema } from '../schemas/server.ts'

export const workerRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/workers',
    {
      schema: {
        operationId: 'listWorkers',
        tags: ['Workers'],
        summary: 'List the workers',
        description: 'The processes that serve frames: their state, their connections and what they cost.',
        response: { 200: answer('all of them', workerListSchema), ...problemResponses() }
      }
    },
    async () => {
      const workers = await lab.workers()
      return { total: workers.length, items: [...workers] }
    }
  )

  done()
}
