import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { NothingToDivideByError } from '../../profiling/difference.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { differenceFile, differenceName, profileDifference } from '../profile-difference.ts'
import { differencePage } from '../profile-page.ts'
import {
  differenceAnswer,
  differenceParameters,
  differenceQuery,
  profileDifferenceSchema
} from '../schemas/profile-difference.ts'
import { problemResponses } from '../schemas/responses.ts'
import { collapsedContent, fileContent, pageContent, readDone, sendFile, sendPage } from './profile-answers.ts'

export const profileDifferenceRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/profiles/:after/diff/:before',
    {
      schema: {
        operationId: 'compareProfiles',
        tags: ['Profiles'],
        summary: 'Compare two profiles',
        description:
          'Where the cost of a frame has changed, function by function. Per frame by default, so that profiles of unequal ' +
          'load and length compare. Both must be of one kind.',
        params: differenceParameters,
        querystring: differenceQuery,
        response: {
          200: {
            description: 'the difference',
            content: {
              'application/json': { schema: profileDifferenceSchema },
              'application/octet-stream': fileContent,
              'text/plain': collapsedContent,
              'text/html': pageContent
            }
          },
          ...problemResponses(404, 409)
        }
      }
    },
    async (request, reply) => {
      const { norm, format } = request.query
      const before = await readDone(lab, request.params.before)
      const after = await readDone(lab, request.params.after)
      if (before.report.kind !== after.report.kind) {
        throw new HttpProblem(409, `one is of kind ${before.report.kind}, the other of kind ${after.report.kind}`)
      }
      try {
        if (format === 'json') return reply.send(differenceAnswer(profileDifference(before, after, norm)) as never)
        if (format === 'html')
          return sendPage(reply, `${differenceName(before, after)}.html`, differencePage(before, after, norm))
        return sendFile(reply, differenceFile(before, after, norm, format))
      } catch (error) {
        if (!(error instanceof NothingToDivideByError)) throw error
        throw new HttpProblem(409, `${error.message}; compare with norm=seconds or norm=total`)
      }
    }
  )

  done()
}
