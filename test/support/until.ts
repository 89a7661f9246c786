import { setImmediate as nextTurn } from 'node:timers/promises'

/** Generous, and never waited for by a test that passes. */
const PATIENCE_MS = 20_000

/** Turns the event loop, on which the servers and peers of a test run, until `condition` holds. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (!condition()) {
    if (performance.now() > deadlineMs) throw new Error(`waited in vain until ${what}`)
    await nextTurn()
  }
}

/** Lets everything run that is ready to: at least `count` times round the event loop. */
export async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await nextTurn()
}

/** Keeps the event loop from turning, as a long collection or a busy handler does. */
export function blockLoop(durationMs: number): void {
  const endMs = performance.now() + durationMs
  while (performance.now() < endMs) {
    // Nothing: the point is that nothing else runs.
  }
}
