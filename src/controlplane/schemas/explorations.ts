import { z } from 'zod'
import { experimentBounds, experimentStates, verdicts } from '../../contract/experiment.ts'
import {
  type ExplorationEffect,
  type ExplorationFindings,
  type ExplorationReport,
  explorationBounds,
  explorationDefaults,
  explorationFractions,
  explorationMetrics
} from '../../contract/exploration.ts'
import { arrivals, type Bounds, loadDefaults } from '../../contract/load-bounds.ts'
import { loadRunBounds } from '../../contract/load-run.ts'
import { type OptimizationName, optimizationNames } from '../../contract/optimizations.ts'
import { explorationExample } from './exploration-example.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { plainText } from './plain-text.ts'
import { schemaOf } from './schema-of.ts'

const { blockSeconds, washOutSeconds, marginPercent, labelLength } = experimentBounds
const name = z.enum(optimizationNames)
const wholeWithin = ({ min, max }: Bounds) =>
  z
    .int({ error: `must be a whole number from ${min} to ${max}` })
    .min(min)
    .max(max)
const within = ({ min, max }: Bounds) =>
  z
    .number({ error: `must be a number from ${min} to ${max}` })
    .min(min)
    .max(max)
const bytes = wholeWithin(loadRunBounds.payloadBytes)

const drivenLoad = z.strictObject({
  connections: wholeWithin(loadRunBounds.connections).default(loadDefaults.connections),
  inFlight: wholeWithin(loadRunBounds.inFlight).default(loadDefaults.inFlight),
  payloadBytes: z.union([bytes, z.strictObject({ min: bytes, max: bytes })]).default(loadDefaults.payloadBytes),
  rate: wholeWithin(loadRunBounds.rate).nullable().default(null),
  arrival: z.enum(arrivals).default(loadDefaults.arrival),
  seed: wholeWithin(loadRunBounds.seed).default(1),
  processes: wholeWithin(loadRunBounds.processes).default(loadDefaults.processes)
})

const requestFields = {
  switches: z
    .array(name)
    .min(explorationBounds.switches.min)
    .max(explorationBounds.switches.max)
    .describe('what is explored; the others stay as they are'),
  fraction: z
    .enum(explorationFractions)
    .describe('`half` measures half of all combinations, and each effect with its alias'),
  rounds: wholeWithin(explorationBounds.rounds).describe('how often each combination is measured'),
  blockSeconds: within(blockSeconds).describe('how long each time'),
  washOutSeconds: within(washOutSeconds).describe('after each change this long is not measured'),
  load: z.union([z.literal('live'), drivenLoad]).describe('`live` is the traffic that there is'),
  seed: wholeWithin(loadRunBounds.seed).nullable().describe('of the order in each round; null is drawn'),
  marginPercent: within(marginPercent).describe('a change of CPU per frame within this makes no difference'),
  label: plainText(labelLength).nullable()
}

export const explorationBody = z
  .strictObject({
    ...requestFields,
    fraction: requestFields.fraction.default(explorationDefaults.fraction),
    rounds: requestFields.rounds.default(explorationDefaults.rounds),
    blockSeconds: requestFields.blockSeconds.default(explorationDefaults.blockSeconds),
    washOutSeconds: requestFields.washOutSeconds.default(explorationDefaults.washOutSeconds),
    load: requestFields.load.default('live'),
    seed: requestFields.seed.default(null),
    marginPercent: requestFields.marginPercent.default(explorationDefaults.marginPercent),
    label: requestFields.label.default(null)
  })
  .superRefine((body, context) => {
    const issue = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message })
    const { switches, fraction, rounds } = body
    if (new Set(switches).size < switches.length) issue('switches', 'names a switch twice')
    if (fraction === 'half' && switches.length < explorationBounds.switchesOfHalf.min)
      issue('fraction', 'half of the combinations of two switches tells nothing; explore all, or more switches')
    const combinations = 2 ** (switches.length - (fraction === 'half' ? 1 : 0))
    const total = combinations * rounds * (body.blockSeconds + body.washOutSeconds)
    if (total > explorationBounds.seconds.max)
      issue(
        'rounds',
        `would take ${Math.round(total)} s, and no more than ${explorationBounds.seconds.max} s may be taken`
      )
  })
  .meta({
    id: 'ExplorationOrder',
    description: 'An exploration to be done. Only `switches` has no default.',
    examples: [{ switches: ['bufferedReader', 'coalescedWriter', 'packetPool'], rounds: 6, blockSeconds: 2 }]
  })

const percents = z.tuple([z.number(), z.number()])

const effectSchema = schemaOf<ExplorationEffect>()(
  z.object({
    switches: z.array(name).describe('one, or the two of an interaction'),
    aliasedWith: z.array(name).describe('what cannot be told from it in the half fraction'),
    verdict: z.enum(verdicts),
    effectPercent: z
      .number()
      .describe(
        'change of CPU per frame when it is switched on; of two, that change while the other is on against while it is off'
      ),
    interval: percents.describe('all intervals hold together with 95 %'),
    p: z.number(),
    pHolm: z.number()
  })
)

const findingsSchema = schemaOf<ExplorationFindings>()(
  z.object({
    sentence: z.string(),
    rounds: count.describe('in which every combination could be measured'),
    effects: z.array(effectSchema),
    recommended: z.object(ofEachSwitch(z.boolean().exactOptional())).describe('of those that matter, what costs least'),
    recommendedPercent: z.number().describe('against all of them off'),
    makesNoDifference: z.array(name),
    undecided: z.array(name).describe('nothing was found, and nothing can be ruled out')
  })
)

const environmentSchema = z.object({
  framelab: z.string(),
  node: z.string(),
  v8: z.string(),
  platform: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: count,
  loadAverage: z.number(),
  memoryBytes: z.number(),
  container: z.object({ cpus: z.number().nullable(), memoryBytes: z.number().nullable() }).nullable(),
  workers: count
})

const figure = z.number().nullable()
const blockSchema = z.object({
  index: count,
  round: count,
  combination: count,
  startedAt: timestamp,
  seconds,
  frames: count,
  figures: z.object(
    Object.fromEntries(explorationMetrics.map(metric => [metric, figure])) as Record<
      (typeof explorationMetrics)[number],
      typeof figure
    >
  ),
  excluded: z.string().nullable().describe('why it is not used')
})

export const explorationSchema = schemaOf<ExplorationReport>()(
  z
    .object({
      id: z.string(),
      state: z.enum(experimentStates),
      progress: z.number().describe('from 0 to 1'),
      sentence: z.string().describe('what it is doing, or what came of it'),
      error: z.string().nullable(),
      seed: count,
      request: z.object(requestFields),
      combinations: z.array(z.object(ofEachSwitch(z.boolean()))),
      createdAt: timestamp,
      startedAt: timestamp.nullable(),
      finishedAt: timestamp.nullable(),
      remainingSeconds: z.number().nullable(),
      findings: findingsSchema.nullable().describe('null until two rounds are complete'),
      environment: environmentSchema,
      command: z.string().describe('repeats it'),
      blocks: z.array(blockSchema)
    })
    .meta({
      id: 'Exploration',
      description: 'Which switches matter for CPU per frame, alone and together.',
      examples: [explorationExample]
    })
)

export const explorationListSchema = z.object({ total: count, items: z.array(explorationSchema) }).meta({
  id: 'ExplorationList',
  description: 'Explorations, newest first.',
  examples: [{ total: 1, items: [explorationExample] }]
})

export const explorationParameters = z.strictObject({
  id: z
    .string()
    .describe('id of an exploration, from the list of them')
    .meta({ examples: ['exploration-1'] })
})

export const explorationReportQuery = z.strictObject({
  format: z.enum(['html', 'json']).default('html').describe('a page that fetches nothing, or the same as JSON')
})

function ofEachSwitch<S extends z.ZodType>(schema: S): Record<OptimizationName, S> {
  return Object.fromEntries(optimizationNames.map(option => [option, schema])) as Record<OptimizationName, S>
}
