import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { Registry } from 'prom-client'
import { z } from 'zod'
import type { Lab } from '../lab.ts'
import { renderMetrics } from '../metrics/render.ts'
import { problemResponses } from '../schemas/responses.ts'

const exposition = z.string().meta({
  examples: [
    '# HELP framelab_frames_received_total Whole frames received.\n' +
      '# TYPE framelab_frames_received_total counter\n' +
      'framelab_frames_received_total{worker="1"} 2079555\n'
  ]
})

export const metricsRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        tags: ['Probes'],
        summary: 'Metrics for Prometheus',
        description: 'Text format 0.0.4. Its length does not depend on the number of connections.',
        response: {
          200: { description: 'all metrics', content: { 'text/plain': { schema: exposition } } },
          ...problemResponses()
        }
      }
    },
    async (_request, reply) =>
      reply.header('content-type', Registry.PROMETHEUS_CONTENT_TYPE).send(await renderMetrics(await lab.metrics()))
  )

  done()
}
