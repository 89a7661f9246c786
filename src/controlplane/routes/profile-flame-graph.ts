import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { NothingToDivideByError, pairStacks } from '../../profiling/difference.ts'
import { flameTree } from '../../profiling/flame-tree.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { measured, unitOf } from '../profile-difference.ts'
import { flameGraphAnswer, flameGraphQuery, flameGraphSchema } from '../schemas/flame-graph.ts'
import { differenceParameters } from '../schemas/profile-difference.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { readDone } from './profile-answers.ts'

export const profileFlameGraphRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/profiles/:after/diff/:before/flame-graph',
    {
      schema: {
        operationId: 'getFlameGraph',
        tags: ['Profiles'],
        summary: 'Stacks of two profiles, to be drawn',
        description:
          'Both on one tree, without idle time and without boxes too narrow to be seen. A profile against itself is its own ' +
          'flame graph.',
        params: differenceParameters,
        querystring: flameGraphQuery,
        response: { 200: answer('the boxes', flameGraphSchema), ...problemResponses(404, 409) }
      }
    },
    async request => {
      const { norm } = request.query
      const before = await readDone(lab, request.params.before)
      const after = await readDone(lab, request.params.after)
      if (before.report.kind !== after.report.kind) {
        throw new HttpProblem(409, `one is of kind ${before.report.kind}, the other of kind ${after.report.kind}`)
      }
      try {
        const paired = pairStacks(measured(before), measured(after), norm)
        return flameGraphAnswer(unitOf(after.report, norm), flameTree(paired.tree, paired.before, paired.after))
      } catch (error) {
        if (!(error instanceof NothingToDivideByError)) throw error
        throw new HttpProblem(409, `${error.message}; ask with norm=seconds or norm=total`)
      }
    }
  )

  done()
}
