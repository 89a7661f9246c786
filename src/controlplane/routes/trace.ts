import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { LONGEST_TRACE_SECONDS } from '../../contract/trace.ts'
import { type ConnectionTrace, type Lab, type TraceListener, TraceRefusedError } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { connectionParameters } from '../schemas/connections.ts'
import { problemResponses } from '../schemas/responses.ts'
import { traceBody, traceLineSchema } from '../schemas/trace.ts'
import { TraceStream } from '../trace-stream.ts'

/** A silent connection is traced without a word between the first line and the last. */
const PATIENCE_MS = (LONGEST_TRACE_SECONDS + 30) * 1000

export const traceRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.post(
    '/connections/:id/trace',
    {
      handlerTimeout: PATIENCE_MS,
      schema: {
        operationId: 'traceConnection',
        tags: ['Connections'],
        summary: 'Watch what arrives on one connection',
        description:
          'Streams one JSON object a line: each read with its size, each frame with its place in the stream, its length, its ' +
          'command and id, and in how many reads it came. So half a frame in a read is seen, and two frames in one. Ends with ' +
          'a line that says why. Only live connections can be watched, and only a few at a time.',
        params: connectionParameters,
        body: traceBody,
        response: {
          200: { description: 'lines as they come', content: { 'application/x-ndjson': { schema: traceLineSchema } } },
          ...problemResponses(404, 409, 413, 415, 429)
        }
      }
    },
    async (request, reply) => {
      const stream = new TraceStream()
      const tell: TraceListener = (lines, ended) => {
        if (request.may('operate')) stream.tell(lines, ended)
        else stream.destroy()
      }
      const trace = await begun(lab, request.params.id, request.body, tell)
      // Also when the client has gone: then it is watched no more.
      if (stream.destroyed) trace.stop()
      else stream.once('close', () => trace.stop())
      reply.raw.setTimeout(PATIENCE_MS, () => stream.destroy())
      // The schema is that of a line.
      return reply.header('content-type', 'application/x-ndjson').send(stream as never)
    }
  )

  done()
}

async function begun(
  lab: Lab,
  id: string,
  options: Parameters<Lab['traceConnection']>[1],
  tell: TraceListener
): Promise<ConnectionTrace> {
  try {
    const trace = await lab.traceConnection(id, options, tell)
    if (trace === null) throw new HttpProblem(404, `there is no open connection '${id}'`)
    return trace
  } catch (error) {
    if (!(error instanceof TraceRefusedError)) throw error
    if (error.refusal === 'traced_already') throw new HttpProblem(409, error.message)
    throw new HttpProblem(429, error.message, { headers: { 'retry-after': '10' } })
  }
}
