import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { aliveSchema, readySchema } from '../schemas/health.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const healthRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/healthz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getHealth',
        tags: ['Probes'],
        summary: 'Is the control plane alive?',
        description: 'For a liveness probe: answers whatever the workers do.',
        response: { 200: answer('it answers', aliveSchema), ...problemResponses() }
      }
    },
    async () => ({ status: 'ok' as const })
  )

  app.get(
    '/readyz',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getReadiness',
        tags: ['Probes'],
        summary: 'Are frames accepted?',
        description: 'For a readiness probe: 503 while the server starts and once it drains.',
        response: { 200: answer('they are', readySchema), ...problemResponses() }
      }
    },
    async () => {
      if (!lab.ready) throw new HttpProblem(503, 'frames are not accepted: the server is starting or stopping')
      return { status: 'ready' as const }
    }
  )

  done()
}
