import { z } from 'zod'
import { parseConnectionId } from '../contract/connection-id.ts'
import {
  type ConnectionSortKey,
  connectionSortKeys,
  type ListingPosition,
  type ListingQuery
} from '../contract/snapshot.ts'
import { type AskedOrder, steadyOrder } from './steady-order.ts'

/** Where a page of a listing begins, and of which listing. */
export interface Cursor extends ListingPosition, AskedOrder, Pick<ListingQuery, 'held'> {}

const LONGEST_CURSOR = 1024
const textKeys: ReadonlySet<ConnectionSortKey> = new Set([
  'id',
  'address',
  'state',
  'reason',
  'openedAt',
  'closedAt',
  'lastReceivedAt'
])

const content = z
  .strictObject({
    sort: z.enum(connectionSortKeys),
    order: z.enum(['asc', 'desc']),
    closed: z.boolean(),
    value: z.union([z.string(), z.number()]),
    id: z.string().refine(id => parseConnectionId(id) !== null),
    held: z.int().min(0).nullable()
  })
  .refine(cursor => typeof cursor.value === (textKeys.has(steadyOrder(cursor).sort) ? 'string' : 'number'))

/** Text of a cursor → cursor. To those who page it is opaque: base64url of its JSON. */
export const cursorSchema = z
  .string()
  .max(LONGEST_CURSOR, { abort: true })
  .transform((text, context): Cursor => {
    const cursor = content.safeParse(parse(text))
    if (cursor.success) return cursor.data
    context.addIssue({ code: 'custom', message: 'is not a cursor of this API' })
    return z.NEVER
  })

export function encodeCursor({ sort, order, closed, value, id, held }: Cursor): string {
  return Buffer.from(JSON.stringify({ sort, order, closed, value, id, held })).toString('base64url')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return undefined
  }
}
