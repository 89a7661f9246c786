import { z } from 'zod'
import { norms, sumOf } from '../../profiling/difference.ts'
import { categories, categoryMeanings } from '../../profiling/stack-frame.ts'
import { type DifferenceFormat, differenceFormats, type ProfileDifference } from '../profile-difference.ts'
import { downloadFormats } from '../profile-files.ts'
import { count } from './numbers.ts'
import { differenceExample } from './profile-example.ts'
import { profileSchema } from './profiles.ts'

const MOST_ROWS = 1_000

const amounts = { before: z.number(), after: z.number(), delta: z.number() }
const amountsSchema = z.object(amounts)

export const profileDifferenceSchema = z
  .object({
    norm: z.enum(norms),
    unit: z.string().describe('of all amounts, such as ns/frame'),
    before: profileSchema,
    after: profileSchema,
    warnings: z.array(z.string()).describe('what to know before taking the figures for the effect of a change'),
    totals: amountsSchema.describe('of all functions, without idle time'),
    categories: z
      .object(
        Object.fromEntries(categories.map(name => [name, amountsSchema.describe(categoryMeanings[name])])) as Record<
          string,
          typeof amountsSchema
        >
      )
      .describe('the same by whose it is; idle time is told here only'),
    rows: z
      .array(
        z.object({
          function: z.string(),
          file: z.string(),
          line: count,
          category: z.enum(categories),
          ...amounts,
          inclusive: amountsSchema.describe('with all that it called'),
          standardError: z.number().describe('of `delta`, from sampling alone: two of them are 95 %'),
          change: z.enum(['new', 'vanished', 'both'])
        })
      )
      .describe('largest change first'),
    rest: amountsSchema
      .extend({ functions: count })
      .describe('functions whose change is too small for a row of its own')
  })
  .meta({
    id: 'ProfileDifference',
    description: 'Where the cost of a frame has changed from one profile to another.',
    examples: [differenceExample]
  })

/** With as many rows as an answer can hold, and the sum of the others, so that the sums remain the totals. */
export function differenceAnswer(whole: ProfileDifference) {
  const { rows, ...rest } = whole
  const others = rows.slice(MOST_ROWS)
  return {
    ...rest,
    rows: rows.slice(0, MOST_ROWS).map(row => ({ ...row })),
    rest: { functions: others.length, ...sumOf(others) }
  }
}

export const differenceParameters = z.strictObject({
  after: z
    .string()
    .describe('id of the profile after the change')
    .meta({ examples: [differenceExample.after.id] }),
  before: z
    .string()
    .describe('id of the profile before it')
    .meta({ examples: [differenceExample.before.id] })
})

export const differenceQuery = z.strictObject({
  norm: z
    .enum(norms)
    .default('frames')
    .describe('`frames`: the cost of a frame, so that unequal loads and lengths compare. `seconds`: of a second'),
  format: z
    .enum(differenceFormats)
    .default('json' satisfies DifferenceFormat)
    .describe('`html` is one file with flame graphs and a table; pprof and collapsed are per million frames')
})

export const downloadQuery = z.strictObject({
  format: z
    .enum(downloadFormats)
    .describe('cpuprofile and heapprofile are what Chrome DevTools and speedscope open')
    .meta({ examples: ['cpuprofile'] })
})
