import { z } from 'zod'

/** A whole number that only rises, or that counts what there is now. */
export const count = z.int().min(0)
export const seconds = z.number()
export const timestamp = z.iso.datetime()

/** A whole number in a query or a path. Digits only: `Number` would also read '', '0x10', '1e3' and ' 5'. */
export function wholeNumberParameter(min: number, max: number) {
  return z.preprocess(
    text => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text),
    z
      .int({ error: `must be a whole number from ${min} to ${max}` })
      .min(min)
      .max(max)
  )
}
