import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { actorOf } from '../actor.ts'
import { type Lab, RestartRefusedError } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { answer, problemResponses } from '../schemas/responses.ts'
import { workerListSchema, workerParameters, workerSchema } from '../schemas/server.ts'

export const workerRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get(
    '/workers',
    {
      schema: {
        operationId: 'listWorkers',
        tags: ['Workers'],
        summary: 'List the workers',
        description: 'The processes that serve frames: their state, their connections and what they cost.',
        response: { 200: answer('all of them', workerListSchema), ...problemResponses() }
      }
    },
    async () => {
      const workers = await lab.workers()
      return { total: workers.length, items: [...workers] }
    }
  )

  app.post(
    '/workers/restart',
    {
      schema: {
        operationId: 'restartWorkers',
        tags: ['Workers'],
        summary: 'Restart all workers, one after another',
        description:
          'For each worker, a new process takes over before the old one answers what it still has and ends. ' +
          'Answers as soon as it has begun.',
        response: { 202: answer('it has begun', workerListSchema), ...problemResponses(409) }
      }
    },
    async (request, reply) => {
      const workers = await refusing(() => lab.restartWorkers(actorOf(request)))
      return reply.code(202).send({ total: workers.length, items: [...workers] })
    }
  )

  app.post(
    '/workers/:id/restart',
    {
      schema: {
        operationId: 'restartWorker',
        tags: ['Workers'],
        summary: 'Restart one worker',
        description:
          'A new process takes over, with the switches in force, before the old one answers what it still has and ends: ' +
          'the port never closes, and no total goes down. Answers as soon as it has begun.',
        params: workerParameters,
        response: { 202: answer('it has begun', workerSchema), ...problemResponses(404, 409) }
      }
    },
    async (request, reply) => {
      const { id } = request.params
      const worker = await refusing(() => lab.restartWorker(id, actorOf(request)))
      if (worker === null) throw new HttpProblem(404, `there is no worker ${id}`)
      return reply.code(202).send(worker)
    }
  )

  done()
}

async function refusing<T>(restart: () => Promise<T>): Promise<T> {
  try {
    return await restart()
  } catch (error) {
    if (error instanceof RestartRefusedError) throw new HttpProblem(409, error.message)
    throw error
  }
}
