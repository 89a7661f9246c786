import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ProfileReport } from '../../contract/profile.ts'
import { type Lab, UnknownWorkerError } from '../lab.ts'
import { HttpProblem, invalidInput } from '../problem.ts'
import { ProfilingBusyError } from '../profiles.ts'
import {
  listProfilesQuery,
  profilePageSchema,
  profileParameters,
  profileRequestBody,
  profileSchema
} from '../schemas/profiles.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

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
      const { kind, seconds, workers = null, label = null } = request.body
      const report = started(() => lab.profiles.start({ kind, seconds, workers, label }))
      return reply.code(202).header('location', `/api/v1/profiles/${report.id}`).send(report)
    }
  )

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
      return { total: all.length, nextCursor: behind.length > limit ? (items.at(-1)?.id ?? null) : null, items: [...items] }
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
      if (!(await lab.profiles.remove(request.params.id))) noProfile(request.params.id)
      return reply.code(204).send()
    }
  )

  done()
}

/** What `start` makes of the request, or the problem with it. */
export function started<T>(start: () => T, placeOf = (index: number) => ({ pointer: `/workers/${index}` })): T {
  try {
    return start()
  } catch (error) {
    throw profileProblem(error, placeOf)
  }
}

export function profileProblem(error: unknown, placeOf: (index: number) => object): unknown {
  if (error instanceof ProfilingBusyError) return new HttpProblem(409, error.message)
  if (error instanceof UnknownWorkerError) return invalidInput([{ ...placeOf(error.index), detail: error.message }])
  return error
}

export function noProfile(id: string): never {
  throw new HttpProblem(404, `there is no profile '${id}'`)
}

/** Fails unless the profile is done. */
export function assertDone({ id, state }: ProfileReport): void {
  if (state !== 'done') throw new HttpProblem(409, `profile '${id}' is ${state}; only one that is done has stacks`)
}
