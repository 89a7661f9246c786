import { z } from 'zod'
import { type Finding, severities } from '../doctor/finding.ts'
import { count } from './numbers.ts'
import { schemaOf } from './schema-of.ts'

const findingSchema = schemaOf<Finding>()(
  z
    .object({
      rule: z.string().describe('which rule found it; stays the same from one version to the next'),
      severity: z
        .enum(severities)
        .describe(
          '`hint`: it may pay to try something; `warning`: somebody is served badly; `critical`: something is broken'
        ),
      summary: z.string().describe('what is so'),
      advice: z.string().describe('what to do about it'),
      workers: z.array(count).describe('where; none is the server as a whole'),
      evidence: z
        .array(
          z.object({
            worker: count.nullable().describe('null is the whole server'),
            name: z.string().describe('its unit is in its name'),
            value: z.number()
          })
        )
        .describe('the figures it rests on'),
      trial: z
        .object({
          method: z.enum(['GET', 'PATCH']),
          path: z.string(),
          body: z
            .record(z.string(), z.union([z.boolean(), z.number(), z.string(), z.array(count)]))
            .nullable()
            .describe('as JSON; null is none')
        })
        .nullable()
        .describe('the request that tries the advice, or looks closer; a switch tried so goes back by itself')
    })
    .meta({ id: 'Finding', description: 'Something worth knowing about this server, and what to try.' })
)

export const diagnosisSchema = z.object({ total: count, items: z.array(findingSchema) }).meta({
  id: 'Diagnosis',
  description: 'What there is to say, the worst first.',
  examples: [
    {
      total: 1,
      items: [
        {
          rule: 'exact-reads',
          severity: 'hint',
          summary: '1.98 reads per frame: each frame is fetched piece by piece.',
          advice: 'Try bufferedReader: one read brings all the frames that have come.',
          workers: [2],
          evidence: [
            { worker: 2, name: 'readsPerFrame', value: 1.98 },
            { worker: 2, name: 'framesReceivedPerSecond', value: 41000 }
          ],
          trial: {
            method: 'PATCH',
            path: '/api/v1/optimizations',
            body: { bufferedReader: true, workers: [2], ttlSeconds: 60, reason: 'doctor: exact-reads' }
          }
        }
      ]
    }
  ]
})
