import { z } from 'zod'

/** A whole number that only rises, or that counts what there is now. */
export const count = z.int().min(0)
export const seconds = z.number()
export const timestamp = z.iso.datetime()
