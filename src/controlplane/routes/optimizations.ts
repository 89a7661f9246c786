import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { type OptimizationName, optimizationNames, presetSwitches } from '../../contract/optimizations.ts'
import type { OptimizationChange } from '../../contract/server-report.ts'
import { type Lab, UnknownWorkerError } from '../lab.ts'
import { invalidInput } from '../problem.ts'
import { type OptimizationChangeBody, optimizationChangeBody, optimizationsSchema } from '../schemas/optimizations.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const optimizationRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/optimizations',
    {
      schema: {
        operationId: 'getOptimizations',
        tags: ['Optimizations'],
        summary: 'Show all switches',
        description: 'What is in force on which worker, and the presets.',
        response: { 200: answer('what is in force', optimizationsSchema), ...problemResponses() }
      }
    },
    async () => lab.optimizations()
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
          'A switch named beside a preset wins over the preset. When anything in the body is wrong, nothing changes.',
        body: optimizationChangeBody,
        response: { 200: answer('what is in force now', optimizationsSchema), ...problemResponses(413, 415) }
      }
    },
    async request => {
      try {
        return await lab.changeOptimizations(changeOf(request.body))
      } catch (error) {
        if (!(error instanceof UnknownWorkerError)) throw error
        throw invalidInput([{ pointer: `/workers/${error.index}`, detail: error.message }])
      }
    }
  )

  done()
}

function changeOf({ preset, workers, ...named }: OptimizationChangeBody): OptimizationChange {
  const switches: Partial<Record<OptimizationName, boolean>> = preset === undefined ? {} : presetSwitches(preset)
  for (const name of optimizationNames) {
    const enabled = named[name]
    if (enabled !== undefined) switches[name] = enabled
  }
  return { switches, workers: workers ?? null }
}
