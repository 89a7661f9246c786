import { z } from 'zod'
import { profileBounds } from '../../contract/profile.ts'

const { min, max } = { min: 1, max: profileBounds.seconds.max }

/**
 * Digits only: `Number` would also read '', '0x10', '1e3' and ' 5'. Of one that is given twice the first counts, as in Go;
 * Parca and Alloy add `seconds` to parameters that have it already.
 */
const wholeNumber = <S extends z.ZodType>(schema: S) =>
  z.preprocess(given => {
    const text: unknown = Array.isArray(given) ? given[0] : given
    return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text
  }, schema)

const rule = { error: `must be a whole number of seconds from ${min} to ${max}` }

/** As Go's tools and the continuous profilers ask; they add parameters of their own, which change nothing here. */
export function pprofQuery(defaultSeconds: number) {
  return z.object({
    seconds: wholeNumber(z.int(rule).min(min, rule).max(max, rule).default(defaultSeconds)).describe(
      'how long to capture'
    ),
    worker: wholeNumber(z.int({ error: 'must be the id of a worker' }).min(1).optional()).describe(
      'id of a worker; all of them, merged, when absent'
    )
  })
}
