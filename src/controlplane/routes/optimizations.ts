import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { type OptimizationName, optimizationNames, presetSwitches } from '../../contract/optimizations.ts'
import type { OptimizationChange } from '../../contract/server-report.ts'
import { actorOf } from '../actor.ts'
import { type Lab, StaleRevisionError, SwitchesHeldError, TooManyLayersError, UnknownWorkerError } from '../lab.ts'
import { HttpProblem, invalidInput } from '../problem.ts'
import { revisionsToMatch, revisionTag } from '../revision-tag.ts'
import {
  layerParameters,
  type OptimizationChangeBody,
  optimizationChangeBody,
  optimizationsSchema,
  revisionHeaders
} from '../schemas/optimizations.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const optimizationRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/optimizations',
    {
      schema: {
        operationId: 'getOptimizations',
        tags: ['Optimizations'],
        summary: 'Show all switches',
        description:
          'What is in force on which worker, the layers it is made of, and the presets. ETag is the revision.',
        response: { 200: answer('what is in force', optimizationsSchema), ...problemResponses() }
      }
    },
    async (_request, reply) => {
      const report = lab.optimizations()
      return reply.header('etag', revisionTag(report.revision)).send(report)
    }
  )

  app.patch(
    '/optimizations',
    {
      schema: {
        operationId: 'changeOptimizations',
        tags: ['Optimizations'],
        summary: 'Turn switches on or off',
        description:
          'Takes effect on live connections at their next frame; answers once every worker concerned runs with it. ' +
          'A switch named beside a preset wins over the preset. With `ttlSeconds` it is a layer that ends by itself and ' +
          'gives back what is under it by then; without, it changes what is under all layers. With If-Match, it is made ' +
          'only at that revision. When anything in the request is wrong, nothing changes. ' +
          'An experiment has the switches to itself: 409 until it ends.',
        headers: revisionHeaders,
        body: optimizationChangeBody,
        response: { 200: answer('what is in force now', optimizationsSchema), ...problemResponses(409, 412, 413, 415) }
      }
    },
    async (request, reply) => {
      const { by, reason } = request.body
      const actor = actorOf(request, { by, reason })
      const change = { ...changeOf(request.body), actor, revisions: revisionsToMatch(request) }
      const report = await refusing(() => lab.changeOptimizations(change))
      return reply.header('etag', revisionTag(report.revision)).send(report)
    }
  )

  app.delete(
    '/optimizations/layers/:id',
    {
      schema: {
        operationId: 'endOptimizationLayer',
        tags: ['Optimizations'],
        summary: 'End a layer early',
        description: 'Gives back what is under it; answers once every worker concerned runs with that.',
        params: layerParameters,
        headers: revisionHeaders,
        response: { 200: answer('what is in force now', optimizationsSchema), ...problemResponses(404, 409, 412) }
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const report = await refusing(() => lab.endLayer(id, actorOf(request), revisionsToMatch(request)))
      if (report === null) throw new HttpProblem(404, `there is no layer '${id}'; it may have ended already`)
      return reply.header('etag', revisionTag(report.revision)).send(report)
    }
  )

  done()
}

function changeOf({ preset, workers, ttlSeconds, ...named }: OptimizationChangeBody) {
  const switches: Partial<Record<OptimizationName, boolean>> = preset === undefined ? {} : presetSwitches(preset)
  for (const name of optimizationNames) {
    const enabled = named[name]
    if (enabled !== undefined) switches[name] = enabled
  }
  return { switches, workers: workers ?? null, ttlSeconds: ttlSeconds ?? null } satisfies Partial<OptimizationChange>
}

async function refusing<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change()
  } catch (error) {
    if (error instanceof UnknownWorkerError) {
      throw invalidInput([{ pointer: `/workers/${error.index}`, detail: error.message }])
    }
    if (error instanceof StaleRevisionError) {
      throw new HttpProblem(412, error.message, { headers: { etag: revisionTag(error.revision) } })
    }
    if (error instanceof TooManyLayersError || error instanceof SwitchesHeldError)
      throw new HttpProblem(409, error.message)
    throw error
  }
}
