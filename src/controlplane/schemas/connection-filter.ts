import { z } from 'zod'
import { AddressBlock } from '../../contract/address-block.ts'
import { closeReasons } from '../../contract/reasons.ts'
import { type ConnectionFilter, stateFilters } from '../../contract/snapshot.ts'
import { wholeNumberParameter } from './numbers.ts'

const MOST_WORKERS = 256
const LONGEST_SECONDS = 1e9
const MOST_BYTES = 2 ** 40
const LONGEST_ADDRESS = 64

const address = z
  .string()
  .max(LONGEST_ADDRESS, { abort: true })
  .superRefine((text, context) => {
    try {
      AddressBlock.parse(text)
    } catch (error) {
      context.addIssue({ code: 'custom', message: (error as RangeError).message })
    }
  })

const secondsAtLeast = z
  .number({ error: `must be a number from 0 to ${LONGEST_SECONDS}` })
  .min(0)
  .max(LONGEST_SECONDS)

/** In a query a number is digits, perhaps with a fraction: `Number` would also read '', '0x10', '1e3' and ' 5'. */
const secondsParameter = z.preprocess(
  text => (typeof text === 'string' && /^\d+(\.\d+)?$/.test(text) ? Number(text) : text),
  secondsAtLeast
)

const anyField = {
  state: z
    .enum(stateFilters)
    .optional()
    .describe('`live` (the default) is every state but `closed`; `closed` are the last 10,000 that have ended'),
  address: address.optional().describe('address of the peer: one, or a block of them in CIDR notation, IPv4 or IPv6'),
  reason: z.enum(closeReasons).optional().describe('why it ends or has ended')
}

const words = {
  worker: 'id of the worker that serves it',
  minIdleSeconds: 'at least so long since bytes last came (until it ended, for a closed one)',
  minAgeSeconds: 'at least so long since it was opened (until it ended, for a closed one)',
  minPendingBytes: 'at least so many bytes of acks written but not taken by the kernel yet'
}

/** The filter as parameters of a query. */
export const filterParameters = {
  ...anyField,
  worker: wholeNumberParameter(1, MOST_WORKERS).optional().describe(words.worker),
  minIdleSeconds: secondsParameter.optional().describe(words.minIdleSeconds),
  minAgeSeconds: secondsParameter.optional().describe(words.minAgeSeconds),
  minPendingBytes: wholeNumberParameter(0, MOST_BYTES).optional().describe(words.minPendingBytes)
}

/** The same filter as an object of a body. */
export const filterFields = {
  ...anyField,
  worker: z.int().min(1).max(MOST_WORKERS).optional().describe(words.worker),
  minIdleSeconds: secondsAtLeast.optional().describe(words.minIdleSeconds),
  minAgeSeconds: secondsAtLeast.optional().describe(words.minAgeSeconds),
  minPendingBytes: z.int().min(0).max(MOST_BYTES).optional().describe(words.minPendingBytes)
}

const filterNames = Object.keys(filterFields) as (keyof ConnectionFilter)[]

/** The filter of a query that has other parameters too. */
export function filterOf(query: ConnectionFilter): ConnectionFilter {
  return Object.fromEntries(filterNames.flatMap(name => (query[name] === undefined ? [] : [[name, query[name]]])))
}
