import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { ExperimentReport, ExperimentRequest } from '../../contract/experiment.ts'
import { actorOf } from '../actor.ts'
import { ExperimentBusyError, ImpossibleExperimentError } from '../experiments.ts'
import type { Explorations } from '../explorations.ts'
import { type Lab, SwitchesHeldError } from '../lab.ts'
import { LoadBusyError, type Loads } from '../loads.ts'
import { assertMay } from '../plugins/access.ts'
import { HttpProblem, invalidInput } from '../problem.ts'
import { experimentBody, experimentListSchema, experimentParameters, experimentSchema } from '../schemas/experiments.ts'
import { answer, problemResponses } from '../schemas/responses.ts'

const startSchema = {
  operationId: 'startExperiment',
  tags: ['Experiments'],
  summary: 'Compare sets of switches on this server',
  description:
    'Measures the arms in turn, in blocks of balanced random order, and says what may be concluded. Answers before it begins: ' +
    'Location is where to see how it goes, and `experiment` events tell of each block. There is one at a time. While it runs ' +
    'nobody else can change switches, and when it ends, however it ends, they are what they were before. To profile the ' +
    'arms takes the scope `profile` as well.',
  body: experimentBody,
  response: { 202: answer('it will begin', experimentSchema), ...problemResponses(409, 413, 415) }
}

export const experimentRoutes: FastifyPluginCallbackZod<{ lab: Lab; loads: Loads; explorations: Explorations }> = (
  app,
  { lab, loads, explorations },
  done
) => {
  app.post('/experiments', { schema: startSchema }, async (request, reply) => {
    const { by, reason, load, ...order } = request.body
    if (order.profile) assertMay(request, 'profile')
    const seed = Math.floor(Math.random() * 2 ** 32)
    const asked: ExperimentRequest = { ...order, load: load === 'live' ? load : { ...load, seed: load.seed ?? seed } }
    refuseBeside(explorations, load === 'live' ? null : loads)
    const report = await begun(lab.experiments.start(asked, actorOf(request, { by, reason })))
    return reply.code(202).header('location', `/api/v1/experiments/${report.id}`).send(report)
  })

  app.get(
    '/experiments',
    {
      schema: {
        operationId: 'listExperiments',
        tags: ['Experiments'],
        summary: 'List the experiments',
        description:
          'Newest first, without their blocks. They outlive the server; when there are too many, the oldest go.',
        response: { 200: answer('all of them', experimentListSchema), ...problemResponses() }
      }
    },
    async () => {
      const items = [...(await lab.experiments.list())]
      return { total: items.length, items }
    }
  )

  app.get(
    '/experiments/:id',
    {
      schema: {
        operationId: 'getExperiment',
        tags: ['Experiments'],
        summary: 'Show one experiment',
        description: 'How far it is and what can be said so far, or what it has found.',
        params: experimentParameters,
        response: { 200: answer('the experiment', experimentSchema), ...problemResponses(404) }
      }
    },
    async request => (await lab.experiments.find(request.params.id)) ?? noExperiment(request.params.id)
  )

  app.delete(
    '/experiments/:id',
    {
      schema: {
        operationId: 'deleteExperiment',
        tags: ['Experiments'],
        summary: 'Cancel or delete an experiment',
        description:
          'One under way is cancelled, and remains to be seen with what it has measured; any other is deleted.',
        params: experimentParameters,
        response: { 204: z.undefined().describe('the switches are back, or it is gone'), ...problemResponses(404) }
      }
    },
    async (request, reply) => {
      if (!(await lab.experiments.remove(request.params.id, actorOf(request)))) noExperiment(request.params.id)
      return reply.code(204).send()
    }
  )

  done()
}

/** An exploration switches too, and two loads measure each other. */
function refuseBeside(explorations: Explorations, loads: Loads | null): void {
  const exploration = explorations.list().find(({ finishedAt }) => finishedAt === null)
  if (exploration !== undefined) {
    throw new HttpProblem(409, `exploration '${exploration.id}' is under way; wait for it to end, or cancel it`)
  }
  const run = loads?.list().find(({ finishedAt }) => finishedAt === null)
  if (run !== undefined) throw new HttpProblem(409, new LoadBusyError(run.id).message)
}

async function begun(report: Promise<ExperimentReport>): Promise<ExperimentReport> {
  try {
    return await report
  } catch (error) {
    if (error instanceof ExperimentBusyError || error instanceof SwitchesHeldError)
      throw new HttpProblem(409, error.message)
    if (error instanceof ImpossibleExperimentError) throw invalidInput(error.errors)
    throw error
  }
}

function noExperiment(id: string): never {
  throw new HttpProblem(404, `there is no experiment '${id}'`)
}
