import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ExplorationReport } from '../../contract/exploration.ts'
import { actorOf } from '../actor.ts'
import { ExplorationRefusedError, type Explorations } from '../explorations.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import {
  explorationBody,
  explorationListSchema,
  explorationParameters,
  explorationReportQuery,
  explorationSchema
} from '../schemas/explorations.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

const startSchema = {
  operationId: 'startExploration',
  tags: ['Experiments'],
  summary: 'Explore which switches matter',
  description:
    'Puts every combination of some switches into force, one after another in random order, round by round, and measures ' +
    'CPU per frame in each: what every switch changes by itself, what two of them change together, which settings are ' +
    'best, and which make no difference here. Answers before it begins. There is one at a time. While it runs nobody else ' +
    'can change switches, and when it ends, however it ends, they are what they were before.',
  body: explorationBody,
  response: { 202: answer('it will begin', explorationSchema), ...problemResponses(409, 413, 415) }
}

const reportSchema = {
  operationId: 'getExplorationReport',
  tags: ['Experiments'],
  summary: 'Report of an exploration',
  description: 'One file with all there is to see, which fetches nothing.',
  params: explorationParameters,
  querystring: explorationReportQuery,
  response: {
    200: {
      description: 'the report',
      content: {
        'text/html': { schema: z.string().meta({ examples: ['<!doctype html>'] }) },
        'application/json': { schema: explorationSchema }
      }
    },
    ...problemResponses(404)
  }
}

const deleteSchema = {
  operationId: 'deleteExploration',
  tags: ['Experiments'],
  summary: 'Cancel or delete an exploration',
  description: 'One under way is cancelled, and remains to be seen with what it has measured. Any other is deleted.',
  params: explorationParameters,
  response: {
    204: z.undefined().describe('the switches are as they were, or it is gone'),
    ...problemResponses(404)
  }
}

export const explorationRoutes: FastifyPluginCallbackZod<{ lab: Lab; explorations: Explorations }> = (
  app,
  { lab, explorations },
  done
) => {
  app.post('/explorations', { schema: startSchema }, async (request, reply) => {
    const actor = actorOf(request)
    const report = await begun(explorations.start(request.body, actor))
    lab.note('explore', report.id, actor)
    return reply.code(202).header('location', `/api/v1/explorations/${report.id}`).send(report)
  })

  app.get(
    '/explorations',
    {
      schema: {
        operationId: 'listExplorations',
        tags: ['Experiments'],
        summary: 'List the explorations',
        description: 'Newest first. They are kept until the server ends; when there are too many, the oldest go.',
        response: { 200: answer('all of them', explorationListSchema), ...problemResponses() }
      }
    },
    async () => {
      const items = [...explorations.list()]
      return { total: items.length, items }
    }
  )

  app.get(
    '/explorations/:id',
    {
      schema: {
        operationId: 'getExploration',
        tags: ['Experiments'],
        summary: 'Show one exploration',
        description: 'How far it is, and what can be told by now.',
        params: explorationParameters,
        response: { 200: answer('the exploration', explorationSchema), ...problemResponses(404) }
      }
    },
    async request => explorations.find(request.params.id) ?? none(request.params.id)
  )

  app.get('/explorations/:id/report', { schema: reportSchema }, async (request, reply) => {
    const { id } = request.params
    if (request.query.format === 'json') return reply.send((explorations.find(id) ?? none(id)) as never)
    const { html, contentSecurityPolicy } = explorations.page(id) ?? none(id)
    return reply
      .header('content-type', 'text/html; charset=utf-8')
      .header('content-security-policy', contentSecurityPolicy)
      .send(html as never)
  })

  app.delete('/explorations/:id', { schema: deleteSchema }, async (request, reply) => {
    const { id } = request.params
    if (!(await explorations.remove(id))) none(id)
    lab.note('unexplore', id, actorOf(request))
    return reply.code(204).send()
  })

  done()
}

async function begun(report: Promise<ExplorationReport>): Promise<ExplorationReport> {
  try {
    return await report
  } catch (error) {
    if (error instanceof ExplorationRefusedError) throw new HttpProblem(409, error.message)
    throw error
  }
}

function none(id: string): never {
  throw new HttpProblem(404, `there is no exploration '${id}'`)
}
