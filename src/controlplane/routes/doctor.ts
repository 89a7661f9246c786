import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { examine } from '../doctor/examine.ts'
import type { Lab } from '../lab.ts'
import { diagnosisSchema } from '../schemas/doctor.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const doctorRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/doctor',
    {
      schema: {
        operationId: 'getDiagnosis',
        tags: ['Server'],
        summary: 'Say what is worth knowing',
        description:
          'Findings in plain words, each with its figures and the exact request that tries its advice. ' +
          'None where all is well or nothing happens. Changes nothing.',
        response: { 200: answer('the findings', diagnosisSchema), ...problemResponses() }
      }
    },
    async () => {
      const bySlowness = {
        filter: {},
        sort: 'stalledSeconds',
        order: 'desc',
        limit: 1,
        after: null,
        held: null
      } as const
      const [report, { items: slowest }] = await Promise.all([lab.report(), lab.listConnections(bySlowness)])
      const items = examine({ report, optimizations: lab.optimizations(), slowest: slowest[0] ?? null })
      return { total: items.length, items }
    }
  )

  done()
}
