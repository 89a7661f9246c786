import { z } from 'zod'
import { refusalReasons } from '../../contract/reasons.ts'
import { type ServerReport, type WorkerReport, workerStates } from '../../contract/server-report.ts'
import { trafficFields } from './connections.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

const address = z.object({ host: z.string(), port: count })

export const workerSchema = schemaOf<WorkerReport>()(
  z
    .object({
      id: count,
      pid: count.nullable().describe('null while no process stands behind this worker'),
      state: z.enum(workerStates),
      restarts: count.describe('how often its process was replaced'),
      connections: count.describe('open now'),
      cpuSeconds: seconds,
      gcSeconds: seconds.describe('time in garbage collections'),
      rssBytes: count
    })
    .meta({ id: 'Worker', description: 'A process that serves frames.' })
)

export const workerListSchema = z
  .object({ total: count, items: z.array(workerSchema) })
  .meta({ id: 'WorkerList', description: 'All workers.' })

export const serverSchema = schemaOf<ServerReport>()(
  z
    .object({
      name: z.literal('framelab'),
      version: z.string(),
      node: z.string().describe('version of Node.js'),
      startedAt: timestamp,
      uptimeSeconds: seconds,
      state: z.enum(['starting', 'running', 'draining']),
      listen: z.object({ frames: address, http: address }),
      options: z.record(z.string(), z.unknown()).describe('what the server was started with'),
      workers: z.array(workerSchema),
      totals: z
        .object({
          connectionsAccepted: count,
          connectionsOpen: count,
          ...trafficFields,
          refused: z.object(countsOf(refusalReasons)).describe('streams and connections turned away, by reason')
        })
        .describe('since the server started, over restarts of workers'),
      rates: z
        .object({
          framesReceivedPerSecond: z.number(),
          cpuMicrosecondsPerFrame: z.number(),
          readsPerFrame: z.number(),
          writesPerFrame: z.number(),
          gcMillisecondsPerSecond: z.number()
        })
        .describe('over the last few seconds; 0 when nothing came')
    })
    .meta({ id: 'Server', description: 'The server as a whole.' })
)

export const drainingSchema = z
  .object({ state: z.literal('draining') })
  .meta({ id: 'Draining', description: 'The server is stopping.' })

function countsOf<Reason extends string>(reasons: readonly Reason[]): Record<Reason, typeof count> {
  return Object.fromEntries(reasons.map(reason => [reason, count])) as Record<Reason, typeof count>
}
