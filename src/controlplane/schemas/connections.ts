import { z } from 'zod'
import { type ConnectionInfo, connectionSortKeys, connectionStates } from '../../contract/snapshot.ts'
import { cursorSchema } from '../cursor.ts'
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

export const connectionSchema = schemaOf<ConnectionInfo>()(
  z
    .object({
      id: z.string(),
      worker: count,
      peer: z.object({ address: z.string(), port: count }),
      state: z.enum(connectionStates),
      openedAt: timestamp,
      lastReceivedAt: timestamp.describe('when bytes last came; when it was opened, if none have'),
      ageSeconds: seconds,
      idleSeconds: seconds.describe('since bytes last came'),
      ...trafficFields,
      pendingBytes: count.describe('acks written but not taken by the kernel yet')
    })
    .meta({ id: 'Connection', description: 'One open connection to the frame port.' })
)

export const connectionPageSchema = z
  .object({
    total: count.describe('how many connections there are, on all pages'),
    nextCursor: z.string().nullable().describe('`cursor` of the next page; null on the last one'),
    items: z.array(connectionSchema)
  })
  .meta({ id: 'ConnectionPage', description: 'One page of connections.' })

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
    sort: z.enum(connectionSortKeys).default('id').describe('what to sort by; ties are broken by id'),
    order: z.enum(['asc', 'desc']).default('asc'),
    limit: limit.describe('how many connections a page holds'),
    cursor: cursorSchema.optional().describe('`nextCursor` of the page before, asked for with the same sort and order')
  })
  .superRefine(({ sort, order, cursor }, context) => {
    if (cursor === undefined || (cursor.sort === sort && cursor.order === order)) return
    const message = `was made for sort=${cursor.sort}&order=${cursor.order}; a page sorted otherwise begins without a cursor`
    context.addIssue({ code: 'custom', path: ['cursor'], message })
  })

export type ListConnectionsQuery = z.output<typeof listConnectionsQuery>

export const connectionParameters = z.strictObject({
  id: z.string().describe('id of a connection, from the list of them')
})

export const closeConnectionQuery = z.strictObject({
  mode: z
    .enum(['drain', 'now'])
    .default('drain')
    .describe('`drain` answers what has come and then closes; `now` closes at once')
})
