import { z } from 'zod'
import {
  type ExperimentArm,
  type ExperimentBlock,
  type ExperimentComparison,
  type ExperimentEnvironment,
  type ExperimentGuards,
  type ExperimentMetric,
  type ExperimentReport,
  type ExperimentRequest,
  type ExperimentSummary,
  experimentBounds,
  experimentDefaults,
  experimentDesigns,
  experimentGuardBounds,
  experimentMetrics,
  experimentStates,
  type MetricVerdict,
  type SelfTest,
  verdicts
} from '../../contract/experiment.ts'
import { type Bounds, loadDefaults } from '../../contract/load-bounds.ts'
import { type OptimizationName, optimizationNames, presetNames } from '../../contract/optimizations.ts'
import { actorBodyFields } from './audit.ts'
import { experimentExample } from './experiment-example.ts'
import { loadFields } from './load.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { plainText } from './plain-text.ts'
import { schemaOf } from './schema-of.ts'

const { blocks: _blocks, ...summaryExample } = experimentExample
const LARGEST_SEED = 4_294_967_295
const percent = z.number()

const switches = z.object(ofEachSwitch(z.boolean()))
const { connections, inFlight, payloadBytes, rate, arrival, seed: loadSeed, processes } = loadFields
const loadShape = { connections, inFlight, payloadBytes, rate, arrival, seed: loadSeed, processes }

const guardsSchema = schemaOf<ExperimentGuards>()(
  z.object({
    errorRate: z.number().nullable(),
    p99Factor: z.number().nullable(),
    loopDelayMs: z.number().nullable(),
    rssBytes: z.number().nullable()
  })
)

const requestSchema = schemaOf<ExperimentRequest>()(
  z
    .object({
      arms: z.array(
        z.object({
          name: z.string(),
          preset: z.enum(presetNames).optional(),
          switches: z.object(ofEachSwitch(z.boolean().exactOptional())).optional()
        })
      ),
      design: z.enum(experimentDesigns),
      pairs: count,
      blockSeconds: seconds,
      washOutSeconds: seconds,
      load: z.union([z.literal('live'), z.object(loadShape)]),
      seed: count.nullable(),
      margins: z.object(ofEachMetric(percent)),
      guards: guardsSchema,
      profile: z.boolean(),
      selfTest: z.boolean(),
      label: z.string().nullable()
    })
    .meta({
      id: 'ExperimentRequest',
      description: 'What an experiment does, with everything that was left to defaults.'
    })
)

const armBody = z
  .strictObject({
    name: plainText(experimentBounds.nameLength),
    preset: z.enum(presetNames).optional().describe('sets all switches; one named beside it wins over it'),
    switches: z
      .strictObject(ofEachSwitch(z.boolean().exactOptional()))
      .optional()
      .describe('laid over those in force when the experiment begins')
  })
  .refine(arm => arm.preset !== undefined || arm.switches !== undefined, {
    error: 'says nothing: give a preset, or switches (an empty object is what is in force)',
    when: ({ issues }) => issues.length === 0
  })

const { errorRate, p99Factor, loopDelayMs, rssBytes } = experimentGuardBounds
const { guards: defaultGuards } = experimentDefaults
const guardsBody = z
  .strictObject({
    errorRate: guard(errorRate).default(defaultGuards.errorRate).describe('errors over frames, from 0 to 1'),
    p99Factor: guard(p99Factor)
      .default(defaultGuards.p99Factor)
      .describe('p99 of a block over the median p99 of the blocks of the first arm'),
    loopDelayMs: guard(loopDelayMs)
      .default(defaultGuards.loopDelayMs)
      .describe('event-loop delay of any worker, 99th percentile of a block'),
    rssBytes: guard(rssBytes).default(defaultGuards.rssBytes).describe('resident memory of any worker')
  })
  .describe('each ends the experiment when a block crosses it; null watches nothing')

const loadBody = z
  .strictObject({
    connections: connections.default(loadDefaults.connections),
    inFlight: inFlight.default(loadDefaults.inFlight),
    payloadBytes: payloadBytes.default(loadDefaults.payloadBytes),
    rate: rate.default(null),
    arrival: arrival.default(loadDefaults.arrival),
    seed: loadSeed.optional(),
    processes: processes.default(loadDefaults.processes)
  })
  .refine(({ payloadBytes: range }) => typeof range === 'number' || range.min <= range.max, {
    path: ['payloadBytes'],
    error: 'min must not be greater than max'
  })

const { arms, pairs, blockSeconds, washOutSeconds, marginPercent, labelLength } = experimentBounds

export const experimentBody = z
  .strictObject(
    {
      arms: z
        .array(armBody, { error: `must be a list of ${arms.min} to ${arms.max} arms` })
        .min(arms.min, { error: `must be ${arms.min} arms at least: one alone has nothing to be compared with` })
        .max(arms.max, { error: `must be ${arms.max} arms at most` })
        .describe('the first is what the others are compared with; equal arms show what the noise is'),
      design: z
        .enum(experimentDesigns)
        .default(experimentDefaults.design)
        .describe('`switchback`: one arm at a time. `split`: all at once on different workers, which swap half-way'),
      pairs: z
        .int({ error: `must be a whole number from ${pairs.min} to ${pairs.max}` })
        .min(pairs.min, {
          error: `must be ${pairs.min} or more: fewer pairs cannot reach significance, as the smallest two-sided p of n pairs is 2 / 2^n`
        })
        .max(pairs.max)
        .default(experimentDefaults.pairs)
        .describe('how often each arm is measured'),
      blockSeconds: numberWithin(blockSeconds).default(experimentDefaults.blockSeconds),
      washOutSeconds: numberWithin(washOutSeconds)
        .default(experimentDefaults.washOutSeconds)
        .describe('after each change of arms, so long is not measured'),
      load: z
        .union([z.literal('live'), loadBody], { error: "must be 'live', or an object of load options" })
        .default('live')
        .describe('`live`: the traffic that there is. An object: the server drives this load on itself meanwhile'),
      seed: z
        .int({ error: `must be a whole number from 0 to ${LARGEST_SEED}` })
        .min(0)
        .max(LARGEST_SEED)
        .nullable()
        .default(null)
        .describe('of the order of blocks; drawn when null'),
      margins: z
        .strictObject(ofEachMetric(numberWithin(marginPercent).default(experimentDefaults.marginPercent)))
        .prefault({})
        .describe('a change within so many percent either way makes no difference'),
      guards: guardsBody.prefault({}),
      profile: z
        .boolean()
        .default(experimentDefaults.profile)
        .describe('capture a CPU profile of each arm after the blocks'),
      selfTest: z
        .boolean()
        .default(experimentDefaults.selfTest)
        .describe('compare equal arms of this run by the same pipeline'),
      label: plainText(labelLength).nullable().default(null),
      ...actorBodyFields
    },
    { error: 'must be a JSON object' }
  )
  .superRefine(({ arms: given }, context) => {
    for (const [index, { name }] of given.entries()) {
      if (given.findIndex(arm => arm.name === name) === index) continue
      context.addIssue({
        code: 'custom',
        path: ['arms', index, 'name'],
        message: `is the name of another arm: '${name}'`
      })
    }
  })
  .meta({
    id: 'ExperimentOrder',
    description: 'An experiment to be done. Everything but the arms has a default.',
    examples: [
      {
        arms: [
          { name: 'before', preset: 'baseline' },
          { name: 'after', switches: { bufferedReader: true } }
        ],
        design: 'switchback',
        pairs: 20,
        blockSeconds: 3,
        washOutSeconds: 1,
        load: 'live',
        profile: true
      },
      {
        arms: [
          { name: 'before', preset: 'buffered' },
          { name: 'after', preset: 'pooled' }
        ],
        design: 'split',
        load: { connections: 50, inFlight: 100 },
        guards: { errorRate: 0.001, p99Factor: 5 }
      }
    ]
  })

const verdictSchema = schemaOf<MetricVerdict>()(
  z
    .object({
      verdict: z.enum(verdicts).describe('decided by the interval'),
      unit: z.string(),
      better: z.enum(['lower', 'higher']),
      marginPercent: percent,
      effectPercent: percent.nullable().describe('change of after against before; null when before is nothing'),
      interval: z.tuple([percent, percent]).nullable().describe('of the effect, 95 %'),
      p: z.number().nullable().describe('exact signed-rank test, two-sided, by itself'),
      pHolm: z.number().nullable().describe("after Holm's correction over all metrics"),
      cliffsDelta: z.number().nullable(),
      detectablePercent: percent.nullable().describe('smallest change found in four of five runs like this'),
      before: z.number().nullable().describe('median of its blocks'),
      after: z.number().nullable(),
      pairs: count,
      spread: z
        .object({ verdict: z.enum(['more', 'less', 'same']), ratio: z.number().nullable(), p: z.number().nullable() })
        .describe('whether the blocks scatter more or less than before, whatever their middle does')
    })
    .meta({ id: 'MetricVerdict', description: 'What may be said of one metric, after against before.' })
)
const verdictsSchema = z.object(ofEachMetric(verdictSchema.exactOptional()))

const blockSchema = schemaOf<ExperimentBlock>()(
  z
    .object({
      index: count,
      pair: count.describe('blocks of the same pair are compared with each other'),
      arm: count.describe('index of the arm'),
      workers: z.array(count),
      startedAt: timestamp,
      seconds,
      frames: count,
      figures: z.object(ofEachMetric(z.number().nullable())).describe('null is not known'),
      externalBytesPerFrame: z
        .number()
        .nullable()
        .describe("memory taken outside of V8's heap, at least; allocatedPerFrame does not hold it"),
      excluded: z.string().nullable().describe('why it is not used; null when it is')
    })
    .meta({ id: 'ExperimentBlock', description: 'One arm, in force for one block of time.' })
)

const armSchema = schemaOf<ExperimentArm>()(
  z.object({ name: z.string(), preset: z.enum(presetNames).nullable(), switches })
)

const comparisonSchema = schemaOf<ExperimentComparison>()(
  z.object({ before: count, after: count, sentence: z.string(), verdicts: verdictsSchema })
)

const selfTestSchema = schemaOf<SelfTest>()(
  z
    .object({ passed: z.boolean(), sentence: z.string(), verdicts: verdictsSchema })
    .meta({ id: 'ExperimentSelfTest', description: 'Equal arms of the run, compared by the same pipeline.' })
)

const environmentSchema = schemaOf<ExperimentEnvironment>()(
  z
    .object({
      framelab: z.string(),
      node: z.string(),
      v8: z.string(),
      platform: z.string(),
      arch: z.string(),
      cpu: z.string(),
      cores: count,
      loadAverage: z.number(),
      memoryBytes: count,
      container: z.object({ cpus: z.number().nullable(), memoryBytes: count.nullable() }).nullable(),
      workers: count
    })
    .meta({ id: 'ExperimentEnvironment', description: 'Where it was measured.' })
)

const summaryShape = {
  id: z.string(),
  state: z.enum(experimentStates),
  progress: z.number().describe('from 0 to 1'),
  sentence: z.string().describe('what it is doing, or what came of it, in words'),
  error: z.string().nullable().describe('why it failed'),
  seed: count,
  request: requestSchema,
  arms: z.array(armSchema),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  finishedAt: timestamp.nullable(),
  remainingSeconds: seconds.nullable().describe('about so long is left'),
  verdicts: verdictsSchema.describe('of the first comparison; empty until there are blocks enough'),
  comparisons: z.array(comparisonSchema).describe('each further arm against the first'),
  selfTest: selfTestSchema.nullable(),
  profiles: z.array(z.string()).describe('ids of profiles, arm by arm'),
  environment: environmentSchema,
  command: z.string().describe('repeats it')
}

export const experimentSummarySchema = schemaOf<ExperimentSummary>()(
  z.object(summaryShape).meta({ id: 'ExperimentSummary', description: 'An experiment without its blocks.' })
)

export const experimentSchema = schemaOf<ExperimentReport>()(
  z.object({ ...summaryShape, blocks: z.array(blockSchema) }).meta({
    id: 'Experiment',
    description: 'An experiment: what was asked, measured and concluded.',
    examples: [experimentExample]
  })
)

export const experimentListSchema = z.object({ total: count, items: z.array(experimentSummarySchema) }).meta({
  id: 'ExperimentList',
  description: 'Experiments, newest first.',
  examples: [{ total: 1, items: [summaryExample] }]
})

export const experimentParameters = z.strictObject({
  id: z
    .string()
    .describe('id of an experiment, from the list')
    .meta({ examples: [experimentExample.id] })
})

export function isExperimentSummary(json: unknown): json is ExperimentSummary {
  return experimentSummarySchema.safeParse(json).success
}

export function isExperimentBlocks(json: unknown): json is ExperimentBlock[] {
  return z.array(blockSchema).safeParse(json).success
}

function numberWithin({ min, max }: Bounds) {
  return z
    .number({ error: `must be a number from ${min} to ${max}` })
    .min(min)
    .max(max)
}

function guard(bounds: Bounds) {
  return numberWithin(bounds).nullable()
}

function ofEachSwitch<S extends z.ZodType>(schema: S): Record<OptimizationName, S> {
  return Object.fromEntries(optimizationNames.map(name => [name, schema])) as Record<OptimizationName, S>
}

function ofEachMetric<S extends z.ZodType>(schema: S): Record<ExperimentMetric, S> {
  return Object.fromEntries(experimentMetrics.map(({ name }) => [name, schema])) as Record<ExperimentMetric, S>
}
