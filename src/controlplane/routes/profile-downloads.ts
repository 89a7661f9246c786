import type { FastifyReply } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { NothingToDivideByError } from '../../profiling/difference.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem, invalidInput } from '../problem.ts'
import { differenceFile, profileDifference } from '../profile-difference.ts'
import { kindOfFormat, type ProfileFile, profileFile } from '../profile-files.ts'
import { differencePage } from '../profile-page.ts'
import type { CapturedProfile } from '../profiles.ts'
import {
  differenceAnswer,
  differenceParameters,
  differenceQuery,
  downloadQuery,
  profileDifferenceSchema
} from '../schemas/profile-difference.ts'
import { profileParameters } from '../schemas/profiles.ts'
import { problemResponses } from '../schemas/responses.ts'
import { assertDone, noProfile } from './profiles.ts'

const text = { schema: z.string() }

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
            content: { 'application/octet-stream': text, 'application/json': { schema: z.unknown() }, 'text/plain': text }
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
              'application/octet-stream': text,
              'text/plain': text,
              'text/html': text
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
        if (format === 'html') {
          const page = differencePage(before, after, norm)
          return reply
            .header('content-type', 'text/html; charset=utf-8')
            .header('content-security-policy', page.contentSecurityPolicy)
            .send(page.html as never)
        }
        return sendFile(reply, differenceFile(before, after, norm, format))
      } catch (error) {
        if (!(error instanceof NothingToDivideByError)) throw error
        throw new HttpProblem(409, `${error.message}; compare with norm=seconds or norm=total`)
      }
    }
  )

  done()
}

async function readDone(lab: Lab, id: string): Promise<CapturedProfile> {
  const report = (await lab.profiles.find(id)) ?? noProfile(id)
  assertDone(report)
  // Between the two it may have been deleted.
  return (await lab.profiles.read(id)) ?? noProfile(id)
}

function sendFile(reply: FastifyReply, { name, mediaType, content }: ProfileFile): FastifyReply {
  return reply
    .header('content-type', mediaType)
    .header('content-disposition', `attachment; filename="${name}"`)
    .send(content)
}
