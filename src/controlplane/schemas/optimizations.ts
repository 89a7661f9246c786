import { z } from 'zod'
import { type OptimizationName, optimizationNames, presetNames } from '../../contract/optimizations.ts'
import type { OptimizationReport, OptimizationsReport } from '../../contract/server-report.ts'
import { count } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

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

export const optimizationsSchema = schemaOf<OptimizationsReport>()(
  z
    .object({
      revision: count.describe('rises with every change'),
      optimizations: z.array(optimizationSchema),
      presets: z
        .array(z.object({ name: z.string(), description: z.string(), switches: z.object(ofEachSwitch(z.boolean())) }))
        .describe('named full sets of switches')
    })
    .meta({ id: 'Optimizations', description: 'All switches and presets.' })
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
        .describe('ids of the workers to change; all of them when absent')
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
    examples: [{ bufferedReader: false }, { preset: 'pooled' }, { packetPool: true, workers: [2] }]
  })

export type OptimizationChangeBody = z.output<typeof optimizationChangeBody>

function ofEachSwitch<S extends z.ZodType>(schema: S): Record<OptimizationName, S> {
  return Object.fromEntries(optimizationNames.map(name => [name, schema])) as Record<OptimizationName, S>
}
