import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import type { LoadDefinition } from '../../src/loadgen/load-definition.ts'
import { LoadRun, type LoadRunOptions } from '../../src/loadgen/load-run.ts'
import type { Listening } from './servers.ts'

export function definition(server: Listening, change: Partial<LoadDefinition> = {}): LoadDefinition {
  const { host, port } = server
  const standard = { connections: 3, inFlight: 10, payloadBytes: 20, durationMs: null, warmUpMs: 0 }
  return { host, port, dialect: 'compiled', ...standard, ...change }
}

/** A run that does not outlive its test. It waits for acks however slow the machine is. */
export function loadRun(
  t: TestContext,
  server: Listening,
  change: Partial<LoadDefinition> = {},
  options: LoadRunOptions = {}
): LoadRun {
  const run = new LoadRun(definition(server, change), { quietMs: 600_000, waitMs: 600_000, ...options })
  t.after(() => run.kill())
  return run
}

/** Nothing may vanish: every Submit was acked, refused or lost, in the whole run and in the figures. */
export function assertBalanced(run: LoadRun, figures: LoadFigures): void {
  const { sent, acked, lost, errors } = run.totals
  assert.equal(sent, acked + lost + errors.refused)
  assert.equal(figures.sent, figures.acked + figures.lost + (figures.errors.refused ?? 0))
  assert.equal(figures.offered, figures.sent + (figures.openLoop?.unsent ?? 0))
}

export interface Calls {
  readonly reached: Promise<void>
  call(times?: number): void
}

/** A promise that is fulfilled once its function has been called often enough. */
export function afterCalls(calls: number): Calls {
  let left = calls
  let resolve!: () => void
  const reached = new Promise<void>(fulfil => {
    resolve = fulfil
  })
  return {
    reached,
    call(times = 1) {
      left -= times
      if (left <= 0) resolve()
    }
  }
}

/** Waits for the calls, or for the end of a run that went wrong, so that a test fails instead of hanging. */
export async function until(calls: Calls, run: LoadRun): Promise<void> {
  await Promise.race([calls.reached, run.finished])
}
