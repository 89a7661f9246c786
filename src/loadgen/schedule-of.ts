import { loadDefaults } from '../contract/load-bounds.ts'
import { Arrivals } from './arrivals.ts'
import { ClosedLoop } from './closed-loop.ts'
import type { LoadDefinition } from './load-definition.ts'
import { OpenLoop } from './open-loop.ts'
import type { Schedule } from './schedule.ts'
import type { Tally } from './tally.ts'

/** The policy that a definition asks for. */
export function scheduleOf(definition: LoadDefinition, tally: Tally): Schedule {
  const { rate, arrival = loadDefaults.arrival, rampMs = 0, seed = 0, phase = 0, inFlight } = definition
  if (rate === undefined) return new ClosedLoop(inFlight, tally)
  return new OpenLoop(new Arrivals({ rate, arrival, rampMs, seed, phase }), inFlight, tally)
}
