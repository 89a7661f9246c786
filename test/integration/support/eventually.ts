import { setTimeout as sleep } from 'node:timers/promises'

/**
 * The first value that is neither null, undefined nor false. Other processes decide when it comes, so it is asked for now
 * and then; the limit is generous, and never waited for by a test that passes.
 */
export async function eventually<Value>(
  what: string,
  ask: () => Promise<Value | null | undefined | false> | Value | null | undefined | false,
  limitMs = 20_000
): Promise<Value> {
  const deadlineMs = performance.now() + limitMs
  for (;;) {
    const value = await ask()
    if (value !== null && value !== undefined && value !== false) return value
    if (performance.now() > deadlineMs) throw new Error(`waited in vain for this: ${what}`)
    await sleep(20)
  }
}
