import { z } from 'zod'

/** What would do something to a terminal or to the direction of text: C0, C1, line separators, bidirectional controls. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what it is about
const plain = /^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$/

/** A name or a sentence that people give and others read, in logs, tables and pages. */
export function plainText(longest: number) {
  return z.string().trim().min(1).max(longest).regex(plain, 'must be one line without control characters')
}
