import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Lab } from '../lab.ts'
import { formatFor } from '../metrics/exposition-format.ts'
import { renderMetrics } from '../metrics/render.ts'
import { problemResponses } from '../schemas/responses.ts'

const exposition = z.string().meta({
  examples: [
    '# HELP framelab_frames_received_total Whole frames received.\n' +
      '# TYPE framelab_frames_received_total counter\n' +
      'framelab_frames_received_total{worker="1"} 2079555\n'
  ]
})

const openMetricsExposition = z.string().meta({
  examples: [
    '# HELP framelab_batch_duration_seconds From the callback of a read to its last write.\n' +
      '# TYPE framelab_batch_duration_seconds histogram\n' +
      'framelab_batch_duration_seconds_bucket{worker="1",le="0.001"} 4711 # {connection="1-42"} 0.00061 1795906800.125\n'
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
        description:
          'Text format 0.0.4, or OpenMetrics 1.0.0 for who accepts it: there the buckets of batches have exemplars, which name ' +
          'the connection of the slowest. Its length does not depend on the number of connections.',
        response: {
          200: {
            description: 'all metrics',
            content: {
              'text/plain': { schema: exposition },
              'application/openmetrics-text': { schema: openMetricsExposition }
            }
          },
          ...problemResponses()
        }
      }
    },
    async (request, reply) => {
      const format = formatFor(request.headers.accept)
      reply.header('content-type', format).header('vary', 'accept')
      return reply.send(await renderMetrics(await lab.metrics(), format))
    }
  )

  done()
}
