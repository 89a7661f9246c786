import { z } from 'zod'
import { filterFields } from './connection-filter.ts'
import { unavailableWorkers } from './connections.ts'
import { count } from './numbers.ts'

const DEFAULT_RATE = 500
const HIGHEST_RATE = 100_000

const filter = z
  .strictObject(filterFields, { error: 'must be a JSON object' })
  .refine(given => Object.values(given).some(value => value !== undefined), {
    error: 'is empty, which would close every connection; if that is meant, say so with {"state": "live"}',
    when: ({ issues }) => issues.length === 0
  })
  .refine(({ state }) => state !== 'closed', { path: ['state'], error: 'closed connections cannot be closed' })
  .meta({ id: 'ConnectionFilter', description: 'Which connections: those for which everything given holds.' })

export const bulkCloseBody = z
  .strictObject(
    {
      filter,
      dryRun: z.boolean().default(false).describe('only say how many would be closed'),
      ratePerSecond: z
        .number()
        .min(1)
        .max(HIGHEST_RATE)
        .default(DEFAULT_RATE)
        .describe(
          'no more than so many are closed in a second, over all workers, so that their peers do not all come back at once'
        ),
      mode: z
        .enum(['drain', 'now'])
        .default('drain')
        .describe('`drain` answers what has come and then closes; `now` closes at once')
    },
    { error: 'must be a JSON object' }
  )
  .meta({
    id: 'BulkClose',
    description: 'Which connections to close, how, and how fast.',
    examples: [
      { filter: { worker: 2, minIdleSeconds: 60 }, dryRun: true },
      { filter: { address: '192.0.2.0/24' }, ratePerSecond: 100, mode: 'drain' },
      { filter: { state: 'live' } }
    ]
  })

export const bulkCloseSchema = z
  .object({
    dryRun: z.boolean(),
    matched: count.describe('connections that match now: those that are closed, or would be'),
    unavailableWorkers
  })
  .meta({
    id: 'BulkCloseResult',
    description: 'What a command to close connections does.',
    examples: [{ dryRun: true, matched: 42, unavailableWorkers: [] }]
  })
