import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { actorOf } from '../actor.ts'
import type { Lab } from '../lab.ts'
import { profileParameters, profileRequestBody, profileSchema } from '../schemas/profiles.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { noProfile, profileProblem } from './profile-answers.ts'

export const profileRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.post(
    '/profiles',
    {
      schema: {
        operationId: 'startProfile',
        tags: ['Profiles'],
        summary: 'Capture a profile',
        description:
          'Begins at once, and answers before it ends: Location is where to see how it goes. The workers serve on. ' +
          'A second before and after, without the profiler, shows what the profiler costs.',
        body: profileRequestBody,
        response: { 202: answer('it has begun', profileSchema), ...problemResponses(409, 413, 415) }
      }
    },
    async (request, reply) => {
      const { workers = null, label = null, ...order } = request.body
      try {
        const report = lab.profiles.start({ ...order, workers, label }, actorOf(request))
        return reply.code(202).header('location', `/api/v1/profiles/${report.id}`).send(report)
      } catch (error) {
        throw profileProblem(error, index => ({ pointer: `/workers/${index}` }))
      }
    }
  )

  app.delete(
    '/profiles/:id',
    {
      schema: {
        operationId: 'deleteProfile',
        tags: ['Profiles'],
        summary: 'Cancel or delete a profile',
        description: 'One under way is cancelled, and remains to be seen as such; any other is deleted.',
        params: profileParameters,
        response: { 204: z.undefined().describe('its workers are free again, or it is gone'), ...problemResponses(404) }
      }
    },
    async (request, reply) => {
      if (!(await lab.profiles.remove(request.params.id, actorOf(request)))) noProfile(request.params.id)
      return reply.code(204).send()
    }
  )

  done()
}
