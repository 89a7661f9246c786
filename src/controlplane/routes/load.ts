import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { actorOf } from '../actor.ts'
import { ExperimentBusyError } from '../experiments.ts'
import type { Lab } from '../lab.ts'
import { LoadBusyError, type Loads } from '../loads.ts'
import { HttpProblem } from '../problem.ts'
import { loadRunBody, loadRunListSchema, loadRunParameters, loadRunSchema } from '../schemas/load.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

const startSchema = {
  operationId: 'startLoadRun',
  tags: ['Load'],
  summary: 'Put load on this server',
  description:
    'Sends Submits to the own frame port from a process of its own, checks every ack, and measures. Answers before ' +
    'it begins: Location is where to see how it goes. There is one run at a time.',
  body: loadRunBody,
  response: { 202: answer('it will begin', loadRunSchema), ...problemResponses(409, 413, 415) }
}

export const loadRoutes: FastifyPluginCallbackZod<{ lab: Lab; loads: Loads }> = (app, { lab, loads }, done) => {
  app.post('/load', { schema: startSchema }, async (request, reply) => {
    const { seed = Math.floor(Math.random() * 2 ** 32), ...order } = request.body
    const { underWay } = lab.experiments
    if (underWay?.drivesLoad === true) throw new HttpProblem(409, new ExperimentBusyError(underWay.id).message)
    const report = begun(() => loads.start({ ...order, seed }))
    lab.note('load', `run ${report.id}`, actorOf(request))
    return reply.code(202).header('location', `/api/v1/load/${report.id}`).send(report)
  })

  app.get(
    '/load',
    {
      schema: {
        operationId: 'listLoadRuns',
        tags: ['Load'],
        summary: 'List the load runs',
        description: 'Newest first. They are kept until the server ends; when there are too many, the oldest go.',
        response: { 200: answer('all of them', loadRunListSchema), ...problemResponses() }
      }
    },
    async () => {
      const items = [...loads.list()]
      return { total: items.length, items }
    }
  )

  app.get(
    '/load/:id',
    {
      schema: {
        operationId: 'getLoadRun',
        tags: ['Load'],
        summary: 'Show one load run',
        description: 'How far it is and what the last second brought, or what it has measured.',
        params: loadRunParameters,
        response: { 200: answer('the run', loadRunSchema), ...problemResponses(404) }
      }
    },
    async request => loads.find(request.params.id) ?? noRun(request.params.id)
  )

  app.delete(
    '/load/:id',
    {
      schema: {
        operationId: 'deleteLoadRun',
        tags: ['Load'],
        summary: 'Cancel or delete a load run',
        description:
          'One under way is cancelled: it waits for the acks outstanding, some seconds at most, and remains to be seen with ' +
          'what it has measured. Any other is deleted.',
        params: loadRunParameters,
        response: { 204: z.undefined().describe('its load has ended, or it is gone'), ...problemResponses(404) }
      }
    },
    async (request, reply) => {
      const { id } = request.params
      if (!(await loads.remove(id))) noRun(id)
      lab.note('unload', `run ${id}`, actorOf(request))
      return reply.code(204).send()
    }
  )

  done()
}

function begun(start: () => LoadRunReport): LoadRunReport {
  try {
    return start()
  } catch (error) {
    if (error instanceof LoadBusyError) throw new HttpProblem(409, error.message)
    throw error
  }
}

function noRun(id: string): never {
  throw new HttpProblem(404, `there is no load run '${id}'`)
}
