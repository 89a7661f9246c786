import type { ServerResponse } from 'node:http'
import { fastifySSE } from '@fastify/sse'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { EventReader } from '../events/event-reader.ts'
import type { Lab } from '../lab.ts'
import { clientOf } from '../plugins/request-limits.ts'
import { HttpProblem, problemOf } from '../problem.ts'
import { eventHeaders, eventQuery, eventStream } from '../schemas/events.ts'
import { problemResponses } from '../schemas/responses.ts'

const HEARTBEAT_MS = 15_000
/** A reader who has taken nothing for so long is gone. */
const STUCK_MS = 60_000
/** What an ended reader has not taken by then, he does not get. */
const LINGER_MS = 500
const MOST_READERS = 256
/** Nobody keeps all others out. */
const MOST_OF_ONE_CLIENT = 64

const schema = {
  operationId: 'streamEvents',
  tags: ['Server'],
  summary: 'Follow what happens',
  description:
    'Server-Sent Events, each with an id, a type and JSON: `start` (what this server is; always the first), ' +
    '`snapshot` (figures, once a second), `change` (switches), `worker` (a state, or the end of a process), ' +
    '`drain`, and `load`, `profile` and `experiment` where there are such. A new reader gets recent history ' +
    'first; one who comes back with Last-Event-ID gets what he missed, as far as it is kept: 600 snapshots and ' +
    '1000 other events. A reader who is slow is moved on to the latest snapshot, and `skipped` tells him how ' +
    'many events he did not get.',
  querystring: eventQuery,
  headers: eventHeaders,
  response: {
    200: {
      description: 'events, until the server stops',
      content: { 'text/event-stream': { schema: eventStream } }
    },
    ...problemResponses(406)
  }
}

export const eventRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.register(fastifySSE, { heartbeatInterval: HEARTBEAT_MS })
  /** By the client that each of them is. */
  const readers = new Map<EventReader, string>()
  let closing = false
  app.addHook('preClose', async () => {
    closing = true
    for (const reader of readers.keys()) reader.end()
  })

  app.after(() => {
    app.get(
      '/events',
      {
        sse: 'only',
        // An answer without an end: HEAD would wait for it.
        exposeHeadRoute: false,
        preSerialization: refusal,
        schema
      },
      async (request, reply) => {
        if (closing) throw new HttpProblem(503, 'the server is stopping')
        const client = clientOf(request)
        assertRoom([...readers.values()], client)
        const reader = new EventReader({
          write: text => writeTo(reply.raw, text),
          end: () => endSoon(reply.raw)
        })
        reply.raw.on('drain', () => reader.drained())
        readers.set(reader, client)
        const stopListening = lab.events.listen({
          offer: event => {
            if (request.may('read')) return reader.offer(event)
            stopListening()
            reader.end()
          }
        })
        reply.sse.onClose(() => {
          readers.delete(reader)
          stopListening()
        })
        reply.sse.keepAlive()
        reply.sse.sendHeaders()
        reply.hijack()
        reader.begin(lab.events.replay(reply.sse.lastEventId, request.query.history))
      }
    )
  })

  done()
}

/** Throws the problem of one reader too many. */
function assertRoom(clients: readonly string[], client: string): void {
  if (clients.length >= MOST_READERS) {
    throw new HttpProblem(503, `${MOST_READERS} readers follow the events already, and no more may`)
  }
  const own = clients.filter(other => other === client).length
  if (own >= MOST_OF_ONE_CLIENT) {
    throw new HttpProblem(429, `you follow the events ${own} times already; end one of them`)
  }
}

/** False when the peer has not taken what there is; he has a while to begin to. */
function writeTo(response: ServerResponse, text: string): boolean {
  if (response.write(text)) return true
  const timer = setTimeout(() => response.destroy(), STUCK_MS).unref()
  const onMoved = (): void => {
    clearTimeout(timer)
    response.off('drain', onMoved).off('close', onMoved)
  }
  response.on('drain', onMoved).on('close', onMoved)
  return false
}

function endSoon(response: ServerResponse): void {
  response.end()
  const timer = setTimeout(() => response.destroy(), LINGER_MS)
  response.once('close', () => clearTimeout(timer))
}

/** What the plugin says of an Accept header that refuses events, as every other problem is said. */
async function refusal(_request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode !== 406) return payload
  reply.type('application/problem+json')
  return problemOf(406, 'this is text/event-stream and nothing else')
}
