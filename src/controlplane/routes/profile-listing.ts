import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { Lab } from '../lab.ts'
import { listProfilesQuery, profilePageSchema, profileParameters, profileSchema } from '../schemas/profiles.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { noProfile } from './profile-answers.ts'

export const profileListingRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/profiles',
    {
      schema: {
        operationId: 'listProfiles',
        tags: ['Profiles'],
        summary: 'List the profiles',
        description: 'Newest first. They survive restarts of the server; when there are too many, the oldest go.',
        querystring: listProfilesQuery,
        response: { 200: answer('a page of them', profilePageSchema), ...problemResponses() }
      }
    },
    async request => {
      const { limit, cursor } = request.query
      const all = await lab.profiles.list()
      const behind = cursor === undefined ? all : all.filter(({ id }) => id < cursor)
      const items = behind.slice(0, limit)
      return {
        total: all.length,
        nextCursor: behind.length > limit ? (items.at(-1)?.id ?? null) : null,
        items: [...items]
      }
    }
  )

  app.get(
    '/profiles/:id',
    {
      schema: {
        operationId: 'getProfile',
        tags: ['Profiles'],
        summary: 'Show one profile',
        description: 'How far it is, or what was true while it was captured and what the profiler itself cost.',
        params: profileParameters,
        response: { 200: answer('the profile', profileSchema), ...problemResponses(404) }
      }
    },
    async request => (await lab.profiles.find(request.params.id)) ?? noProfile(request.params.id)
  )

  done()
}
