import { z } from 'zod'
import { arrivals, type Bounds, loadDefaults } from '../../contract/load-bounds.ts'
import { type LoadErrorKind, type LoadFigures, loadErrorKinds, loadPhases } from '../../contract/load-figures.ts'
import {
  type LoadRunProgress,
  type LoadRunReport,
  type LoadRunRequest,
  loadRunBounds,
  loadRunStates
} from '../../contract/load-run.ts'
import { loadRunExample } from './load-example.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

const microseconds = z.number()

export const loadFiguresSchema = schemaOf<LoadFigures>()(
  z
    .object({
      seconds: seconds.describe('how long was measured'),
      offered: count.describe('Submits that were due'),
      sent: count,
      acked: count,
      lost: count.describe('sent and never answered'),
      errors: z.object(ofEachKind(count.exactOptional())).describe('only kinds that occurred'),
      ackedPerSecond: count,
      latency: z
        .object({
          p50Us: microseconds,
          p90Us: microseconds,
          p99Us: microseconds,
          p999Us: microseconds,
          maxUs: microseconds
        })
        .describe('from when a Submit was due (open loop) or sent (closed loop) to its ack, in microseconds'),
      generator: z.object({
        limited: z.boolean().describe('the load generator was the bottleneck: these are not figures of the server'),
        why: z.string().nullable()
      }),
      openLoop: z
        .object({
          unsent: count.describe('due and never sent, because the server did not answer those before them'),
          sendDelayP99Us: microseconds.describe('how late the generator sent what nothing held back')
        })
        .optional()
    })
    .meta({ id: 'LoadFigures', description: 'What a load run, or a second of it, has measured.' })
)

const range = z.strictObject({ min: within('payloadBytes'), max: within('payloadBytes') })

export const loadFields = {
  connections: within('connections'),
  inFlight: within('inFlight').describe('Submits outstanding on each connection; in an open loop, at most'),
  payloadBytes: z.union([within('payloadBytes'), range], {
    error: `must be a whole number from ${inWords(loadRunBounds.payloadBytes)}, or an object of two: min and max`
  }),
  rate: within('rate')
    .nullable()
    .describe('open loop: Submits due a second, over all connections; null is a closed loop'),
  arrival: z.enum(arrivals).describe('how those are spaced'),
  seed: within('seed').describe('of what is random: the same seed gives the same load'),
  durationSeconds: secondsWithin('durationSeconds').describe('how long to measure'),
  warmUpSeconds: secondsWithin('warmUpSeconds').describe('load before that, not measured'),
  rampSeconds: secondsWithin('rampSeconds').describe('before all, rate or connections rise'),
  processes: within('processes').describe('load processes that share the work')
}

const requestSchema = schemaOf<LoadRunRequest>()(
  z.object(loadFields).meta({ id: 'LoadRunRequest', description: 'What a load run does.' })
)

export const loadRunBody = z
  .strictObject(
    {
      ...loadFields,
      connections: loadFields.connections.default(loadDefaults.connections),
      inFlight: loadFields.inFlight.default(loadDefaults.inFlight),
      payloadBytes: loadFields.payloadBytes.default(loadDefaults.payloadBytes),
      rate: loadFields.rate.default(null),
      arrival: loadFields.arrival.default(loadDefaults.arrival),
      seed: loadFields.seed.optional(),
      durationSeconds: loadFields.durationSeconds.default(loadDefaults.durationMs / 1000),
      warmUpSeconds: loadFields.warmUpSeconds.default(loadDefaults.warmUpMs / 1000),
      rampSeconds: loadFields.rampSeconds.default(0),
      processes: loadFields.processes.default(loadDefaults.processes)
    },
    { error: 'must be a JSON object' }
  )
  .superRefine(({ payloadBytes }, context) => {
    if (typeof payloadBytes === 'number' || payloadBytes.min <= payloadBytes.max) return
    context.addIssue({ code: 'custom', path: ['payloadBytes'], message: 'min must not be greater than max' })
  })
  .meta({
    id: 'LoadRunOrder',
    description: 'A load run to be done. Everything has a default; an empty object is a closed loop of ten seconds.',
    examples: [
      { connections: 50, inFlight: 100, durationSeconds: 10 },
      { rate: 20000, arrival: 'poisson', payloadBytes: { min: 64, max: 4096 }, durationSeconds: 30, rampSeconds: 5 }
    ]
  })

const progressSchema = schemaOf<LoadRunProgress>()(
  z.object({
    phase: z.enum(loadPhases),
    elapsedSeconds: seconds.describe('since sending began'),
    totalSeconds: seconds.describe('ramp, warm-up and what is measured'),
    connections: z.object({ open: count, asked: count })
  })
)

export const loadRunSchema = schemaOf<LoadRunReport>()(
  z
    .object({
      id: z.string(),
      state: z.enum(loadRunStates).describe('`queued` while its processes start and connect'),
      request: requestSchema,
      createdAt: timestamp,
      startedAt: timestamp.nullable().describe('when Submits were first sent'),
      finishedAt: timestamp.nullable(),
      progress: progressSchema.nullable().describe('null until the first second has passed'),
      lastSecond: loadFiguresSchema.nullable().describe('renewed every second while it runs'),
      figures: loadFiguresSchema
        .nullable()
        .describe('of the whole run; of what there was of it, when it was cancelled'),
      problem: z.string().nullable().describe('what went wrong first')
    })
    .meta({
      id: 'LoadRun',
      description: 'A load run of this server on its own frame port.',
      examples: [loadRunExample]
    })
)

export const loadRunListSchema = z.object({ total: count, items: z.array(loadRunSchema) }).meta({
  id: 'LoadRunList',
  description: 'Load runs, newest first.',
  examples: [{ total: 1, items: [loadRunExample] }]
})

export const loadRunParameters = z.strictObject({
  id: z
    .string()
    .describe('id of a load run, from the list of them')
    .meta({ examples: ['load-1'] })
})

function within(name: keyof typeof loadRunBounds) {
  const { min, max } = loadRunBounds[name]
  return z
    .int({ error: `must be a whole number from ${min} to ${max}` })
    .min(min)
    .max(max)
}

/** Milliseconds are the finest there is. */
function secondsWithin(name: keyof typeof loadRunBounds) {
  const { min, max } = loadRunBounds[name]
  return z
    .number({ error: `must be a number from ${min} to ${max}` })
    .min(min)
    .max(max)
}

function inWords({ min, max }: Bounds): string {
  return `${min} to ${max}`
}

function ofEachKind<S extends z.ZodType>(schema: S): Record<LoadErrorKind, S> {
  return Object.fromEntries(loadErrorKinds.map(kind => [kind, schema])) as Record<LoadErrorKind, S>
}
