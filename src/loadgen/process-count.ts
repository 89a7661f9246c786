import { availableParallelism } from 'node:os'
import type { LoadDefinition } from './load-definition.ts'
import { LoadFleet } from './load-fleet.ts'

const TRIAL_MS = 700

/**
 * How many processes a load needs so that the generator is not its limit: tried out in short runs, one process first,
 * then twice as many, up to one a core.
 */
export async function enoughProcesses(
  definition: LoadDefinition,
  onFleet: (fleet: LoadFleet) => void = () => {}
): Promise<number> {
  const most = Math.max(1, availableParallelism())
  const trial = { ...definition, durationMs: TRIAL_MS, warmUpMs: TRIAL_MS, rampMs: 0, waitMs: TRIAL_MS }
  for (let processes = 1; processes < most; processes = Math.min(processes * 2, most)) {
    const fleet = new LoadFleet(trial, processes)
    onFleet(fleet)
    await fleet.start()
    const { generator } = await fleet.finished
    if (!generator.limited) return processes
  }
  return most
}
