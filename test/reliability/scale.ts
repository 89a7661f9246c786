import { appendFileSync } from 'node:fs'

/** `npm test` tries a little of everything; `npm run reliability` as much as is claimed. */
export const isLong = process.env.FRAMELAB_RELIABILITY === 'long'

/** So much, in the form that runs. */
export function scaled<Value>(short: Value, long: Value): Value {
  return isLong ? long : short
}

/** Far more than a test takes on a quiet machine. */
export const limits = { timeout: scaled(180_000, 3_600_000) }

/** A line of the table that `npm run reliability` prints. */
export interface Finding {
  readonly part: string
  readonly what: string
  readonly value: string
}

/** What was measured, for the table; without one nothing is written. */
export function found(part: string, what: string, value: string): void {
  const file = process.env.FRAMELAB_RELIABILITY_FINDINGS
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ part, what, value } satisfies Finding)}\n`)
}
