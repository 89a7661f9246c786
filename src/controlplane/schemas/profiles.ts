import { z } from 'zod'
import { optimizationNames, type Switches } from '../../contract/optimizations.ts'
import {
  type BufferBytes,
  type ProfiledWorker,
  type ProfileReport,
  type ProfilingCost,
  profileBounds,
  profileKinds,
  profileStates
} from '../../contract/profile.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { plainText } from './plain-text.ts'
import { profileExample } from './profile-example.ts'
import { schemaOf } from './schema-of.ts'

const {
  seconds: lengths,
  labelLength,
  intervalMicroseconds: intervals,
  abandonAfterSeconds: abandonment
} = profileBounds

const eachSwitch = <S extends z.ZodType>(schema: S) =>
  z.object(Object.fromEntries(optimizationNames.map(name => [name, schema])) as Record<keyof Switches, S>)

const buffers = schemaOf<BufferBytes>()(
  z
    .object({
      before: count,
      after: count,
      allocatedAtLeast: count.describe('sum of all increases seen; what came and went between two looks is missing')
    })
    .meta({
      id: 'BufferBytes',
      description: "Bytes behind Buffers and ArrayBuffers. They are outside V8's heap and in no allocation profile."
    })
)

const work = {
  seconds,
  frames: count,
  bytesReceived: count,
  bytesSent: count,
  reads: count,
  writes: count,
  cpuSeconds: seconds,
  gcSeconds: seconds,
  gcCollections: count,
  loopUtilization: z.number().describe('part of the time that the event loop was busy, from 0 to 1')
}

const profiledWorker = schemaOf<ProfiledWorker>()(
  z
    .object({
      worker: count,
      pid: count,
      connections: count,
      ...work,
      switchesBefore: eachSwitch(z.boolean()),
      switchesAfter: eachSwitch(z.boolean()),
      buffers,
      mainThread: z
        .object({ ranSeconds: seconds, waitedSeconds: seconds })
        .nullable()
        .describe('its main thread, on a core and waiting for one; null where the system does not tell'),
      coreShare: z.number().describe('of the time that it wanted a core, the part in which it had one'),
      startStallSeconds: seconds.describe('how long the worker stood still while the profiler was started'),
      stopStallSeconds: seconds.describe('and while it was stopped')
    })
    .meta({ id: 'ProfiledWorker', description: 'What one worker did while it was profiled.' })
)

const threeWindows = z.object({
  before: z.number().nullable(),
  during: z.number().nullable(),
  after: z.number().nullable()
})

const cost = schemaOf<ProfilingCost>()(
  z
    .object({
      windowSeconds: z.object({ before: seconds, during: seconds, after: seconds }),
      cpuMicrosecondsPerFrame: threeWindows.describe('null where a window saw too few frames'),
      estimatePercent: z
        .number()
        .nullable()
        .describe('CPU per frame with the profiler, against the mean of before and after; an estimate'),
      noisePercent: z
        .number()
        .nullable()
        .describe('how far before and after are apart themselves: a smaller estimate says nothing')
    })
    .meta({ id: 'ProfilingCost', description: 'What the profiler itself cost.' })
)

export const profileSchema = schemaOf<ProfileReport>()(
  z
    .object({
      id: z.string(),
      kind: z.enum(profileKinds),
      state: z.enum(profileStates),
      progress: z.number().describe('from 0 to 1'),
      label: z.string().nullable(),
      seconds: seconds.describe('how long it was to last'),
      sampling: z
        .object({ interval: count, unit: z.enum(['microseconds', 'bytes']) })
        .describe('what one sample stands for'),
      workers: z.array(count),
      createdAt: timestamp,
      startedAt: timestamp.nullable(),
      finishedAt: timestamp.nullable(),
      error: z.string().nullable().describe('why it failed'),
      framelab: z.string(),
      node: z.string(),
      revision: count.describe('of the switches, when it was asked for'),
      revisionAfter: count.nullable(),
      switches: eachSwitch(z.union([z.boolean(), z.literal('mixed')])).describe(
        'what was in force on these workers when it was asked for'
      ),
      changedMeanwhile: z.boolean().describe('switches were changed while it ran: its figures are a mixture'),
      frames: count.describe('received while it ran, over all its workers; 0 until it is done, as all that follows'),
      bytesReceived: count,
      bytesSent: count,
      reads: count,
      writes: count,
      cpuSeconds: seconds,
      gcSeconds: seconds,
      gcCollections: count,
      loopUtilization: z.number().describe('part of the time that the event loops were busy, from 0 to 1'),
      connections: count,
      framesPerSecond: z.number(),
      capturedSeconds: seconds,
      sampled: z
        .object({ amount: z.number(), unit: z.enum(['seconds', 'bytes']) })
        .describe('what V8 sampled in all, without idle time; of time, what was on a core'),
      buffers,
      cost: cost.nullable(),
      workerFigures: z.array(profiledWorker)
    })
    .meta({
      id: 'Profile',
      description: 'A profile: what was asked for, what was true, and how it went.',
      examples: [profileExample]
    })
)

export function isProfileReport(json: unknown): json is ProfileReport {
  return profileSchema.safeParse(json).success
}

export const profilePageSchema = z
  .object({
    total: count.describe('how many profiles there are, on all pages'),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null on the last one'),
    items: z.array(profileSchema)
  })
  .meta({
    id: 'ProfilePage',
    description: 'One page of profiles, newest first.',
    examples: [{ total: 1, nextCursor: null, items: [profileExample] }]
  })

const LONGEST_PAGE = 1000

export const listProfilesQuery = z.strictObject({
  limit: z
    .preprocess(
      text => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
      z
        .int({ error: `must be a whole number from 1 to ${LONGEST_PAGE}` })
        .min(1)
        .max(LONGEST_PAGE)
        .default(50)
    )
    .describe('how many profiles a page holds'),
  cursor: z
    .string()
    .regex(/^[0-9a-z]{8,40}$/, { error: 'is not a cursor of this API' })
    .optional()
    .describe('`nextCursor` of the page before')
})

export const profileRequestBody = z
  .strictObject(
    {
      kind: z.enum(profileKinds).describe('`cpu`: where time went. `allocation`: where memory was allocated'),
      seconds: z.number().min(lengths.min).max(lengths.max).default(5).describe('how long to capture'),
      intervalMicroseconds: z
        .int()
        .min(intervals.min)
        .max(intervals.max)
        .optional()
        .describe('from one sample of the CPU to the next; 5000 when absent, and shorter costs more'),
      workers: z.array(z.int().min(1)).min(1).max(256).optional().describe('ids of workers; all of them when absent'),
      label: plainText(labelLength).optional().describe('a name to find it by'),
      abandonAfterSeconds: z
        .number()
        .min(abandonment.min)
        .max(abandonment.max)
        .optional()
        .describe('cancels it when nobody has asked how it goes for so long')
    },
    { error: 'must be a JSON object' }
  )
  .refine(({ kind, intervalMicroseconds }) => kind === 'cpu' || intervalMicroseconds === undefined, {
    path: ['intervalMicroseconds'],
    error: 'is for profiles of kind cpu: allocations are sampled by their bytes'
  })
  .meta({
    id: 'ProfileRequest',
    description: 'What to profile, on which workers, for how long.',
    examples: [{ kind: 'cpu', seconds: 3, workers: [1], label: 'before' }]
  })

export const profileParameters = z.strictObject({
  id: z
    .string()
    .describe('id of a profile, from the list of them')
    .meta({ examples: [profileExample.id] })
})
