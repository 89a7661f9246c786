import { z } from 'zod'
import { plainPattern } from '../../contract/plain-text.ts'

/** A name or a sentence that people give and others read, in logs, tables and pages. */
export function plainText(longest: number) {
  return z.string().trim().min(1).max(longest).regex(plainPattern, 'must be one line without control characters')
}
