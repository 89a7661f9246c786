import { availableParallelism } from 'node:os'
import type { LoadFigures } from '../contract/load-figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import { LoadFleet } from './load-fleet.ts'

const TRIAL_MS = 700
/** Twice the processes are worth their cores when they get so many times the acks. */
const WORTH_IT = 1.1

/** How many processes a load needs so that the generator is not its limit: tried out in short runs, up to one a core. */
export async function enoughProcesses(
  definition: LoadDefinition,
  onFleet: (fleet: LoadFleet) => void = () => {}
): Promise<number> {
  const trial = { ...definition, durationMs: TRIAL_MS, warmUpMs: TRIAL_MS, rampMs: 0, waitMs: TRIAL_MS }
  return fewestEnough(Math.max(1, availableParallelism()), definition.rate === undefined, async processes => {
    const fleet = new LoadFleet(trial, processes)
    onFleet(fleet)
    await fleet.start()
    return fleet.finished
  })
}

/**
 * One process first, then twice as many. In a closed loop, more are taken only as long as they get more acks: where there
 * is no core for them, they take from each other, and from the server if it is here.
 */
export async function fewestEnough(
  most: number,
  isClosedLoop: boolean,
  measure: (processes: number) => Promise<Pick<LoadFigures, 'generator' | 'ackedPerSecond'>>
): Promise<number> {
  let enough = 1
  let before = 0
  for (let processes = 1; ; processes = Math.min(processes * 2, most)) {
    const { generator, ackedPerSecond } = await measure(processes)
    if (isClosedLoop && ackedPerSecond < before * WORTH_IT) return enough
    if (!generator.limited || processes === most) return processes
    enough = processes
    before = ackedPerSecond
  }
}
