import { z } from 'zod'
import { type AuditEntry, auditCauses } from '../../contract/audit.ts'
import { optimizationNames } from '../../contract/optimizations.ts'
import { count, timestamp, wholeNumberParameter } from './numbers.ts'
import { plainText } from './plain-text.ts'
import { schemaOf } from './schema-of.ts'

export const actorFields = {
  by: z.string().describe('who asked for it: a name they gave, or their address'),
  reason: z.string().nullable().describe('why, if they said')
}

/** What a request may say of whoever makes it. */
export const actorBodyFields = {
  by: plainText(100).optional().describe('who asks for it; the address it comes from when absent'),
  reason: plainText(500).optional().describe('why')
}

export const auditEntrySchema = schemaOf<AuditEntry>()(
  z
    .object({
      id: count,
      at: timestamp,
      ...actorFields,
      cause: z.enum(auditCauses).describe('`ttl` is a change that has ended by itself'),
      target: z.string().nullable().describe('what it was done to; null for the server, or switches for good'),
      revision: count.describe('of the switches, afterwards'),
      changes: z
        .array(
          z.object({
            name: z.enum(optimizationNames),
            before: z.boolean(),
            after: z.boolean(),
            workers: z.array(count)
          })
        )
        .describe('what is in force since then and was not before; none where a layer hides it')
    })
    .meta({ id: 'AuditEntry', description: 'One thing that was done to the server.' })
)

export const auditSchema = z
  .object({ total: count.describe('how many are kept'), items: z.array(auditEntrySchema) })
  .meta({
    id: 'Audit',
    description: 'What was done to the server, newest first.',
    examples: [
      {
        total: 1,
        items: [
          {
            id: 1,
            at: '2026-01-02T03:04:05.678Z',
            by: 'ada',
            reason: 'does it pay here?',
            cause: 'patch',
            target: null,
            revision: 2,
            changes: [{ name: 'packetPool', before: true, after: false, workers: [1, 2] }]
          }
        ]
      }
    ]
  })

export const auditQuery = z.strictObject({
  limit: wholeNumberParameter(1, 1000).default(50).describe('how many at most')
})
