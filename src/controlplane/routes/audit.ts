import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Lab } from '../lab.ts'
import { auditQuery, auditSchema } from '../schemas/audit.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const auditRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/audit',
    {
      schema: {
        operationId: 'getAudit',
        tags: ['Server'],
        summary: 'Show what was done',
        description:
          'Who changed what, when and why: switches, layers that ended, connections closed, restarts, profiles, load, the ' +
          'drain. Newest first; the last 1000 are kept.',
        querystring: auditQuery,
        response: { 200: answer('the latest', auditSchema), ...problemResponses() }
      }
    },
    async request => {
      const { total, items } = lab.audit(request.query.limit)
      return { total, items: [...items] }
    }
  )

  done()
}
