import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Lab } from '../lab.ts'
import { invalidInput } from '../problem.ts'
import { kindOfFormat, profileFile } from '../profile-files.ts'
import { downloadQuery } from '../schemas/profile-difference.ts'
import { profileParameters } from '../schemas/profiles.ts'
import { problemResponses } from '../schemas/responses.ts'
import { collapsedContent, fileContent, readDone, sendFile } from './profile-answers.ts'

const v8Profile = z
  .unknown()
  .meta({ examples: [{ nodes: [], startTime: 0, endTime: 3_000_000, samples: [], timeDeltas: [] }] })

export const profileDownloadRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/profiles/:id/download',
    {
      schema: {
        operationId: 'downloadProfile',
        tags: ['Profiles'],
        summary: 'Download a profile',
        description:
          '`.cpuprofile` and `.heapprofile` open in Chrome DevTools and speedscope, pprof in `go tool pprof` and its like, ' +
          'collapsed stacks in flamegraph.pl and its like. Several workers are merged.',
        params: profileParameters,
        querystring: downloadQuery,
        response: {
          200: {
            description: 'the file',
            content: {
              'application/octet-stream': fileContent,
              'application/json': { schema: v8Profile },
              'text/plain': collapsedContent
            }
          },
          ...problemResponses(404, 409)
        }
      }
    },
    async (request, reply) => {
      const { format } = request.query
      const profile = await readDone(lab, request.params.id)
      const kind = kindOfFormat(format)
      if (kind !== null && kind !== profile.report.kind) {
        const detail = `is for a profile of kind ${kind}, and this one is of kind ${profile.report.kind}`
        throw invalidInput([{ parameter: 'format', detail }])
      }
      return sendFile(reply, profileFile(profile, format))
    }
  )

  done()
}
