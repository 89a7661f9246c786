import { z } from 'zod'
import { closeReasons } from '../../contract/reasons.ts'
import {
  LONGEST_TRACE_SECONDS,
  MOST_TRACED_FRAMES,
  TRACED_BODY_BYTES,
  type TraceLine,
  traceEnds
} from '../../contract/trace.ts'
import { count, timestamp } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

const at = timestamp
const offset = count.describe('place in the stream: bytes that came before')

const start = z.object({
  type: z.literal('start'),
  at,
  connection: z.string(),
  peer: z.string(),
  offset,
  heldBytes: count.describe('how many of the bytes before belong to a frame that is not whole yet')
})

const read = z.object({
  type: z.literal('read'),
  at,
  read: count.describe('counted from 1, from the beginning of the trace'),
  offset,
  bytes: count
})

const frame = z.object({
  type: z.literal('frame'),
  at,
  offset,
  length: count.describe('of the whole frame, its length field included'),
  command: count.nullable(),
  name: z.string().nullable(),
  id: z
    .object({ hex: z.string(), text: z.string().describe('with a dot for every byte that is not printable ASCII') })
    .nullable(),
  reads: count.nullable().describe('in how many reads it came; null when it began before the trace'),
  firstRead: count.nullable().describe('the read that brought its first byte; null when that was before the trace'),
  lastRead: count.describe('the read that brought its last byte'),
  placeInRead: count.describe('1 for the first frame that this read completed, 2 for the next one'),
  bodyBytes: count,
  body: z.string().optional().describe(`the first ${TRACED_BODY_BYTES} bytes of its body, in base64`)
})

const refused = z
  .object({ type: z.literal('refused'), at, offset, reason: z.string(), value: z.number(), detail: z.string() })
  .describe('the stream broke a rule; no frame is taken after this')

const dropped = z
  .object({ type: z.literal('dropped'), lines: count })
  .describe('so many lines were left out here, because they were not read fast enough')

const end = z.object({
  type: z.literal('end'),
  at,
  why: z.enum(traceEnds),
  reason: z.enum(closeReasons).nullable().describe('why the connection closed, when it did'),
  reads: count,
  frames: count
})

export const traceLineSchema = schemaOf<TraceLine>()(
  z.discriminatedUnion('type', [start, read, frame, refused, dropped, end]).meta({
    id: 'TraceLine',
    description: 'One line of a trace.',
    examples: [
      { type: 'read', at: '2026-01-02T03:04:05.678Z', read: 1, offset: 0, bytes: 20 },
      {
        type: 'frame',
        at: '2026-01-02T03:04:05.679Z',
        offset: 0,
        length: 28,
        command: 2,
        name: 'Submit',
        id: { hex: '3030303030303031', text: '00000001' },
        reads: 2,
        firstRead: 1,
        lastRead: 2,
        placeInRead: 1,
        bodyBytes: 23
      }
    ]
  })
)

const options = z
  .strictObject(
    {
      seconds: z.number().min(0.1).max(LONGEST_TRACE_SECONDS).default(10).describe('it ends after so long'),
      maxFrames: z.int().min(1).max(MOST_TRACED_FRAMES).default(1000).describe('or after so many frames'),
      bodies: z.boolean().default(false).describe('show the beginnings of bodies too')
    },
    { error: 'must be a JSON object' }
  )
  .meta({
    id: 'Trace',
    description: 'How long to watch, and how closely.',
    examples: [{ seconds: 10, maxFrames: 100 }],
    default: {}
  })

/** No body at all is as good as an empty one. */
export const traceBody = z.preprocess(body => body ?? {}, options)
