import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { NothingToDivideByError } from '../../profiling/difference.ts'
import type { FlameGraphPage } from '../../profiling/flame-graph-page.ts'
import type { Lab } from '../lab.ts'
import { HttpProblem } from '../problem.ts'
import { differencePage } from '../profile-page.ts'
import { DamagedProfileError } from '../profiles.ts'
import { experimentParameters, experimentSchema } from '../schemas/experiments.ts'
import { problemResponses } from '../schemas/responses.ts'
import { sendPage } from './profile-answers.ts'

const reportQuery = z.strictObject({
  format: z
    .enum(['html', 'json', 'benchmark'])
    .default('html')
    .describe('a page that fetches nothing, the same as JSON, or the blocks in the Go benchmark format')
})

const schema = {
  operationId: 'getExperimentReport',
  tags: ['Experiments'],
  summary: 'Report of an experiment',
  description:
    'One file with all there is to see: the verdict in words, the intervals, every block, where and how it was measured, ' +
    'and for whoever has the scope `profile` the differential flame graph of the first two arms, if they were profiled. ' +
    '`benchstat -col /arm FILE` reads the benchmark format.',
  params: experimentParameters,
  querystring: reportQuery,
  response: {
    200: {
      description: 'the report',
      content: {
        'text/html': { schema: z.string().meta({ examples: ['<!doctype html>'] }) },
        'application/json': { schema: experimentSchema },
        'text/plain': {
          schema: z.string().meta({ examples: ['BenchmarkFrame/arm=pooled-1\t6034567\t5.1e-8 cpu-sec/frame'] })
        }
      }
    },
    ...problemResponses(404)
  }
}

export const experimentReportRoutes: FastifyPluginCallbackZod<{ lab: Lab }> = (app, { lab }, done) => {
  app.get('/experiments/:id/report', { schema }, async (request, reply) => {
    const { id } = request.params
    const report = await lab.experiments.find(id)
    if (report === null) throw new HttpProblem(404, `there is no experiment '${id}'`)
    const { format } = request.query
    if (format === 'json') return reply.send(report as never)
    if (format === 'benchmark') {
      const name = `framelab-experiment-${id}.txt`
      return reply
        .header('content-type', 'text/plain; charset=utf-8')
        .header('content-disposition', `attachment; filename="${name}"`)
        .send(lab.experiments.benchmark(report) as never)
    }
    const flameGraph = request.may('profile') ? await flameGraphOf(lab, report.profiles) : null
    const page = lab.experiments.page(report, flameGraph)
    return sendPage(reply, `framelab-experiment-${id}.html`, page)
  })

  done()
}

/** Of the first two arms; null when they were not profiled, or their profiles are gone or damaged. */
async function flameGraphOf(lab: Lab, [before, after]: readonly string[]): Promise<FlameGraphPage | null> {
  if (before === undefined || after === undefined) return null
  try {
    const [first, second] = await Promise.all([lab.profiles.read(before), lab.profiles.read(after)])
    return first === null || second === null ? null : differencePage(first, second, 'frames')
  } catch (error) {
    if (error instanceof NothingToDivideByError || error instanceof DamagedProfileError) return null
    throw error
  }
}
