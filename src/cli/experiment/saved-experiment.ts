import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { ExperimentReport } from '../../contract/experiment.ts'
import { experimentStates } from '../../contract/experiment.ts'
import { UsageError } from '../usage-error.ts'

/** As much of it as a gate reads. */
const savedSchema = z.object({
  state: z.enum(experimentStates),
  arms: z.array(z.object({ name: z.string(), switches: z.record(z.string(), z.boolean()) })).min(2),
  request: z.object({ load: z.union([z.literal('live'), z.looseObject({})]) }),
  environment: z.object({ cpu: z.string(), cores: z.number(), workers: z.number(), arch: z.string() }),
  blocks: z.array(
    z.object({
      arm: z.int(),
      excluded: z.string().nullable(),
      figures: z.object({ cpuPerFrame: z.number().nullable() })
    })
  )
})

/** What `framelab compare --json` has printed. Throws UsageError when the file is no such thing. */
export function readSavedExperiment(file: string): ExperimentReport {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`--against: ${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`)
  }
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    throw new UsageError(`--against: ${file} is no JSON: ${(error as Error).message}`)
  }
  const { error } = savedSchema.safeParse(content)
  if (error === undefined) return content as ExperimentReport
  const [issue] = error.issues
  throw new UsageError(
    `--against: ${file} is no result of 'framelab compare --json': ${issue?.path.join('/') || 'it'}: ${issue?.message}`
  )
}
