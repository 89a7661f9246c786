import { z } from 'zod'
import { type OptimizationName, optimizationNames, presetNames } from '../../contract/optimizations.ts'
import type { OptimizationLayer, OptimizationReport, OptimizationsReport } from '../../contract/server-report.ts'
import { actorBodyFields, actorFields } from './audit.ts'
import { count, timestamp } from './numbers.ts'
import { layerExample, optimizationsExample } from './optimizations-example.ts'
import { schemaOf } from './schema-of.ts'

const LONGEST_TTL_SECONDS = 86_400

const optimizationSchema = schemaOf<OptimizationReport>()(
  z
    .object({
      name: z.enum(optimizationNames),
      description: z.string(),
      default: z.boolean(),
      enabled: z.union([z.boolean(), z.literal('mixed')]).describe("what is in force; 'mixed' when workers differ"),
      workers: z.record(z.string(), z.boolean()).describe('what is in force on each worker, by its id')
    })
    .meta({ id: 'Optimization', description: 'A switch, and where it is on.' })
)

const layerSchema = schemaOf<OptimizationLayer>()(
  z
    .object({
      id: z.string(),
      switches: z.object(ofEachSwitch(z.boolean().exactOptional())).describe('what it sets, and nothing else'),
      workers: z.array(count).describe('on which workers'),
      ...actorFields,
      at: timestamp.describe('when it was made'),
      expiresAt: timestamp.describe('when it ends')
    })
    .meta({ id: 'OptimizationLayer', description: 'A change that ends by itself and gives back what is under it.' })
)

export const optimizationsSchema = schemaOf<OptimizationsReport>()(
  z
    .object({
      revision: count.describe('rises with every change'),
      optimizations: z.array(optimizationSchema),
      layers: z.array(layerSchema).describe('changes that end by themselves, the lowest first'),
      presets: z
        .array(z.object({ name: z.string(), description: z.string(), switches: z.object(ofEachSwitch(z.boolean())) }))
        .describe('named full sets of switches')
    })
    .meta({ id: 'Optimizations', description: 'All switches and presets.', examples: [optimizationsExample] })
)

export const optimizationChangeBody = z
  .strictObject(
    {
      ...ofEachSwitch(z.boolean().optional()),
      preset: z.enum(presetNames).optional().describe('sets all switches; one named beside it wins over it'),
      workers: z
        .array(z.int().min(1))
        .min(1)
        .optional()
        .describe('ids of the workers to change; all of them when absent'),
      ttlSeconds: z
        .number()
        .min(0.1)
        .max(LONGEST_TTL_SECONDS)
        .optional()
        .describe('ends by itself after so long, and gives back what is under it; for good when absent'),
      ...actorBodyFields
    },
    { error: 'must be a JSON object' }
  )
  .refine(change => change.preset !== undefined || optimizationNames.some(name => change[name] !== undefined), {
    error: `names nothing to change: give a preset or at least one of ${optimizationNames.join(', ')}`,
    // A misspelt switch is named as such, and need not be missed too.
    when: ({ issues }) => issues.length === 0
  })
  .meta({
    id: 'OptimizationChange',
    description: 'Any of the switches by name, or a preset, for all workers or some.',
    examples: [
      { bufferedReader: false },
      { preset: 'pooled' },
      { packetPool: true, workers: [2] },
      { coalescedWriter: false, ttlSeconds: 60, by: 'ada', reason: 'what does it cost?' }
    ]
  })

/** Other headers are of no concern. What If-Match may be is checked where it is read. */
export const revisionHeaders = z.object({
  'if-match': z
    .string()
    .optional()
    .describe('ETag of an earlier answer: at another revision nothing changes (412); or *')
})

export const layerParameters = z.strictObject({
  id: z
    .string()
    .describe('id of a layer')
    .meta({ examples: [layerExample.id] })
})

export type OptimizationChangeBody = z.output<typeof optimizationChangeBody>

function ofEachSwitch<S extends z.ZodType>(schema: S): Record<OptimizationName, S> {
  return Object.fromEntries(optimizationNames.map(name => [name, schema])) as Record<OptimizationName, S>
}
