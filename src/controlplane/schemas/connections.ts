import { z } from 'zod'
import { type ConnectionRates, rateKeys } from '../../contract/connection-rates.ts'
import { closeReasons } from '../../contract/reasons.ts'
import { type ConnectionInfo, connectionSortKeys, connectionStates } from '../../contract/snapshot.ts'
import { cursorSchema } from '../cursor.ts'
import { connectionExample } from './connection-example.ts'
import { filterParameters } from './connection-filter.ts'
import { count, seconds, timestamp } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

export const DEFAULT_PAGE = 50
export const LONGEST_PAGE = 1000

export const trafficFields = {
  framesReceived: count,
  framesSent: count,
  bytesReceived: count,
  bytesSent: count,
  reads: count.describe('reads of the socket layer that brought bytes'),
  writes: count.describe('writes of the socket layer')
}

const ratesSchema = schemaOf<ConnectionRates>()(
  z
    .object(Object.fromEntries(rateKeys.map(key => [key, z.number()])) as Record<keyof ConnectionRates, z.ZodNumber>)
    .meta({
      id: 'ConnectionRates',
      description:
        'Frames and bytes a second, over the last 1, 10 and 60 whole seconds; since it was opened while it is younger. ' +
        'Noted once a second, the longest window in steps of five: it spans 60 to 64 seconds. Of a closed connection ' +
        'they are those it ended with.'
    })
)

export const connectionSchema = schemaOf<ConnectionInfo>()(
  z
    .object({
      id: z.string(),
      worker: count,
      peer: z.object({ address: z.string(), port: count }),
      state: z.enum(connectionStates),
      reason: z.enum(closeReasons).nullable().describe('why it ends or has ended; null as long as it does not'),
      openedAt: timestamp,
      closedAt: timestamp.nullable().describe('null as long as it lives'),
      lastReceivedAt: timestamp.describe('when bytes last came; when it was opened, if none have'),
      ageSeconds: seconds.describe('since it was opened; until it ended, for a closed one'),
      idleSeconds: seconds.describe('since bytes last came; until it ended, for a closed one'),
      ...trafficFields,
      rates: ratesSchema,
      stalls: count.describe('how often reading stopped because the peer left its acks unread'),
      stalledSeconds: seconds.describe('how long that was in all, one under way included'),
      longestStallSeconds: seconds,
      pendingBytes: count.describe('acks written but not taken by the kernel yet')
    })
    .meta({
      id: 'Connection',
      description: 'A connection to the frame port: a live one as it is, a closed one as it ended.',
      examples: [connectionExample]
    })
)

export const unavailableWorkers = z
  .array(count)
  .describe('ids of workers that have connections but did not answer in time: what they have is missing here')

export const connectionPageSchema = z
  .object({
    total: count.describe('how many connections match, on all pages'),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null on the last one'),
    items: z.array(connectionSchema),
    unavailableWorkers
  })
  .meta({
    id: 'ConnectionPage',
    description: 'One page of connections.',
    examples: [{ total: 1, nextCursor: null, items: [connectionExample], unavailableWorkers: [] }]
  })

export const connectionCountSchema = z
  .object({ count: count.describe('how many connections match'), unavailableWorkers })
  .meta({
    id: 'ConnectionCount',
    description: 'How many connections a filter matches.',
    examples: [{ count: 42, unavailableWorkers: [] }]
  })

/** Digits only: `Number` would also read '', '0x10', '1e3' and ' 5'. */
const limit = z.preprocess(
  text => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
  z
    .int({ error: `must be a whole number from 1 to ${LONGEST_PAGE}` })
    .min(1)
    .max(LONGEST_PAGE)
    .default(DEFAULT_PAGE)
)

export const listConnectionsQuery = z
  .strictObject({
    ...filterParameters,
    sort: z.enum(connectionSortKeys).default('id').describe('what to sort by; ties are broken by id'),
    order: z.enum(['asc', 'desc']).default('asc'),
    limit: limit.describe('how many connections a page holds'),
    cursor: cursorSchema
      .optional()
      .describe('`nextCursor` of the page before, asked for with the same sort, order and filter')
  })
  .superRefine(({ sort, order, state, cursor }, context) => {
    const isClosed = state === 'closed'
    if (cursor === undefined) return
    if (cursor.sort === sort && cursor.order === order && cursor.closed === isClosed) return
    const made = `sort=${cursor.sort}&order=${cursor.order} of ${cursor.closed ? 'closed' : 'live'} connections`
    const message = `was made for ${made}; another listing begins without a cursor`
    context.addIssue({ code: 'custom', path: ['cursor'], message })
  })

export type ListConnectionsQuery = z.output<typeof listConnectionsQuery>

export const countConnectionsQuery = z.strictObject(filterParameters)

export const connectionParameters = z.strictObject({
  id: z
    .string()
    .describe('id of a connection, from the list of them')
    .meta({ examples: [connectionExample.id] })
})

export const closeConnectionQuery = z.strictObject({
  mode: z
    .enum(['drain', 'now'])
    .default('drain')
    .describe('`drain` answers what has come and then closes; `now` closes at once')
})
