import { Socket } from 'node:net'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { type ProfileKind, profileBounds } from '../../contract/profile.ts'
import type { Lab } from '../lab.ts'
import { assertMay } from '../plugins/access.ts'
import { pprofIndex } from '../pprof-index.ts'
import { pprofOf, stacksOf } from '../profile-files.ts'
import { pprofQuery } from '../schemas/pprof.ts'
import { problemResponses } from '../schemas/responses.ts'
import { fileContent, profileProblem } from './profile-answers.ts'

interface Endpoint {
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly description: string
  readonly kind: ProfileKind
  readonly onlyLive: boolean
  readonly defaultSeconds: number
}

const endpoints: readonly Endpoint[] = [
  {
    path: 'profile',
    operationId: 'pprofCpu',
    summary: 'CPU profile for pprof',
    description:
      'Captures for `seconds` and answers with a gzipped profile.proto. 30 seconds unless told, as Go has it.',
    kind: 'cpu',
    onlyLive: false,
    defaultSeconds: 30
  },
  {
    path: 'allocs',
    operationId: 'pprofAllocations',
    summary: 'Allocation profile for pprof',
    description:
      'What is allocated during `seconds`, of what is garbage by their end too. It begins anew each time: tell scrapers so ' +
      '(`delta: true`). Memory behind Buffers is not in it.',
    kind: 'allocation',
    onlyLive: false,
    defaultSeconds: 5
  },
  {
    path: 'heap',
    operationId: 'pprofHeap',
    summary: 'Memory in use, for pprof',
    description:
      'What was allocated during `seconds` and is still in use at their end; what was there before is not in it. Memory ' +
      'behind Buffers is not either.',
    kind: 'allocation',
    onlyLive: true,
    defaultSeconds: 5
  }
]

/** A capture, and the time to stop it, to read it and to send it. */
const LONGEST_MS = profileBounds.seconds.max * 1000 + 60_000

/** The addresses at which Go's tools and the continuous profilers look for profiles. */
export const pprofRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/debug/pprof/',
    {
      // A page for people, at the address that Go's tools made customary; no operation of the API.
      schema: { hide: true }
    },
    async (_request, reply) => {
      const workers = (await lab.workers()).map(({ id }) => id)
      return reply.header('content-type', 'text/html; charset=utf-8').send(pprofIndex(workers))
    }
  )

  app.get('/debug/pprof', { schema: { hide: true } }, async (_request, reply) => reply.redirect('/debug/pprof/', 301))

  for (const { path, operationId, summary, description, kind, onlyLive, defaultSeconds } of endpoints) {
    app.get(
      `/debug/pprof/${path}`,
      {
        // These take as long as they are asked to, and are stopped when nobody waits any more.
        handlerTimeout: LONGEST_MS,
        schema: {
          operationId,
          tags: ['Profiles'],
          summary,
          description,
          querystring: pprofQuery(defaultSeconds),
          response: {
            200: { description: 'the profile', content: { 'application/octet-stream': fileContent } },
            ...problemResponses(409)
          }
        }
      },
      async (request, reply) => {
        const { seconds, worker } = request.query
        const signal = goneSignal(request, reply)
        const workers = worker === undefined ? null : [worker]
        try {
          const profile = await lab.profiles.capture({ kind, seconds, workers, label: null, onlyLive }, signal)
          // It took its time.
          assertMay(request, 'profile')
          return reply
            .header('content-type', 'application/octet-stream')
            .header('content-disposition', `attachment; filename="${path}.pb.gz"`)
            .send(pprofOf(profile.report, stacksOf(profile), onlyLive) as never)
        } catch (error) {
          // Nobody is there to read an answer.
          if (signal.aborted) return reply.hijack()
          throw profileProblem(error, () => ({ parameter: 'worker' }))
        }
      }
    )
  }

  done()
}

/** Aborts when the client is gone before it was answered. */
function goneSignal(request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  // The connection is silent for as long as the capture takes. A request of a test has none.
  if (request.raw.socket instanceof Socket) request.raw.socket.setTimeout(LONGEST_MS)
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}
