import { z } from 'zod'
import { refusalReasons } from '../../contract/reasons.ts'
import { type ServerReport, type WorkerReport, workerStates } from '../../contract/server-report.ts'
import { trafficFields } from './connections.ts'
import { count, seconds, timestamp, wholeNumberParameter } from './numbers.ts'
import { schemaOf } from './schema-of.ts'
import { serverExample, workerExample } from './server-example.ts'

const rateFields = {
  framesReceivedPerSecond: z.number(),
  cpuMicrosecondsPerFrame: z.number(),
  readsPerFrame: z.number(),
  writesPerFrame: z.number(),
  gcMillisecondsPerSecond: z.number()
}

const address = z.object({ host: z.string(), port: count })

export const workerSchema = schemaOf<WorkerReport>()(
  z
    .object({
      id: count,
      pid: count.nullable().describe('null while no process stands behind this worker'),
      state: z
        .enum(workerStates)
        .describe('`replacing` serves, while a second process takes over; `restarting` has lost its process'),
      restarts: count.describe('how often another process took over, asked for or not'),
      crashes: count.describe('how often a process of it ended that was not told to'),
      connections: count.describe('open now'),
      cpuSeconds: seconds,
      gcSeconds: seconds.describe('time in garbage collections'),
      rssBytes: count,
      rates: z
        .object({
          ...rateFields,
          bytesReceivedPerSecond: z.number(),
          bytesSentPerSecond: z.number(),
          loopUse: z.number().describe('part of the time that its event loop was busy: 0 to 1')
        })
        .describe('over the last few seconds; 0 when nothing came')
    })
    .meta({ id: 'Worker', description: 'A process that serves frames.', examples: [workerExample] })
)

export const workerParameters = z.strictObject({
  id: wholeNumberParameter(1, 256)
    .describe('id of a worker, from the list of them')
    .meta({ examples: [1] })
})

export const workerListSchema = z
  .object({ total: count, items: z.array(workerSchema) })
  .meta({ id: 'WorkerList', description: 'All workers.', examples: [{ total: 1, items: [workerExample] }] })

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
      rates: z.object(rateFields).describe('over the last few seconds; 0 when nothing came'),
      plane: z
        .object({
          cpuSeconds: seconds.describe('of the process of the control plane'),
          snapshots: count.describe('what workers have told of themselves, asked or not'),
          snapshotBytes: count,
          snapshotSeconds: seconds.describe('time that the workers took to tell it')
        })
        .describe('what it costs to show all this')
    })
    .meta({ id: 'Server', description: 'The server as a whole.', examples: [serverExample] })
)

export const drainingSchema = z
  .object({ state: z.literal('draining') })
  .meta({ id: 'Draining', description: 'The server is stopping.', examples: [{ state: 'draining' }] })

function countsOf<Reason extends string>(reasons: readonly Reason[]): Record<Reason, typeof count> {
  return Object.fromEntries(reasons.map(reason => [reason, count])) as Record<Reason, typeof count>
}
