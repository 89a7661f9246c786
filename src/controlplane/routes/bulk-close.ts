import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import type { BulkClose, ConnectionCount } from '../../contract/snapshot.ts'
import { actorOf } from '../actor.ts'
import { type Lab, TooManyClosingsError } from '../lab.ts'
import { namingWorker } from '../named-worker.ts'
import { HttpProblem } from '../problem.ts'
import { bulkCloseBody, bulkCloseSchema } from '../schemas/bulk-close.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

export const bulkCloseRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.post(
    '/connections/close',
    {
      schema: {
        operationId: 'closeConnections',
        tags: ['Connections'],
        summary: 'Close the connections that match',
        description:
          'Closes those that match at this moment, no faster than `ratePerSecond`; connections opened later stay. ' +
          'Answers as soon as it has begun; the count of what still matches shows how far it is. With `dryRun`, only says ' +
          'how many there are.',
        body: bulkCloseBody,
        response: {
          200: answer('how many would be closed', bulkCloseSchema),
          202: answer('it has begun to close them', bulkCloseSchema),
          ...problemResponses(409, 413, 415)
        }
      }
    },
    async (request, reply) => {
      const { dryRun, ...command } = request.body
      const counting = dryRun ? lab.countConnections(command.filter) : closing(lab, command)
      const { count, unavailableWorkers } = await namingWorker('body', counting)
      if (!dryRun) lab.note('close', count === 1 ? '1 connection' : `${count} connections`, actorOf(request))
      return reply.code(dryRun ? 200 : 202).send({ dryRun, matched: count, unavailableWorkers })
    }
  )

  done()
}

async function closing(lab: Lab, command: BulkClose): Promise<ConnectionCount> {
  try {
    return await lab.closeConnections(command)
  } catch (error) {
    throw error instanceof TooManyClosingsError ? new HttpProblem(409, error.message) : error
  }
}
