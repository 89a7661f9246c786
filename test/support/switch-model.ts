import fc from 'fast-check'
import { optimizationNames, type Switches } from '../../src/contract/optimizations.ts'

export interface ChangeStep {
  readonly type: 'change'
  readonly switches: Partial<Switches>
  readonly workers: readonly number[]
  /** null is for good. */
  readonly ttlMs: number | null
}

export type SwitchStep =
  | ChangeStep
  | { readonly type: 'wait'; readonly ms: number }
  /** Ends the layer at this place, counted round from the lowest. */
  | { readonly type: 'delete'; readonly place: number }

/** Random sequences of what can happen to switches. */
export function switchSteps(workers: readonly number[], maxLength = 40): fc.Arbitrary<SwitchStep[]> {
  const switches = fc.record(Object.fromEntries(optimizationNames.map(name => [name, fc.boolean()])), {
    requiredKeys: []
  }) as fc.Arbitrary<Partial<Switches>>
  const change = fc.record({
    type: fc.constant('change' as const),
    switches,
    workers: fc.subarray([...workers], { minLength: 1 }),
    ttlMs: fc.option(fc.integer({ min: 1, max: 50 }))
  })
  const wait = fc.record({ type: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 40 }) })
  const end = fc.record({ type: fc.constant('delete' as const), place: fc.nat(10) })
  return fc.array(
    fc.oneof({ weight: 4, arbitrary: change }, { weight: 2, arbitrary: wait }, { weight: 1, arbitrary: end }),
    {
      maxLength
    }
  )
}

interface Happening extends ChangeStep {
  readonly endsMs: number
}

/** Says what ought to be in force, the slow way: by telling all that happened again from the start. */
export class SwitchModel {
  readonly #workers: readonly number[]
  readonly #initial: Switches
  readonly #happened: Happening[] = []
  #nowMs = 0

  constructor(workers: readonly number[], initial: Switches) {
    this.#workers = workers
    this.#initial = initial
  }

  change(step: ChangeStep, nowMs: number): void {
    this.#nowMs = nowMs
    this.#happened.push({ ...step, endsMs: nowMs + (step.ttlMs ?? Number.POSITIVE_INFINITY) })
  }

  delete(place: number): void {
    const standing = this.#standing(this.#nowMs)
    const doomed = standing[place % Math.max(1, standing.length)]
    if (doomed !== undefined) this.#happened.splice(this.#happened.indexOf(doomed), 1)
  }

  layersAt(nowMs: number): number {
    return this.#standing(nowMs).length
  }

  inForce(nowMs: number): Switches[] {
    this.#nowMs = nowMs
    const forGood = this.#happened.filter(({ ttlMs }) => ttlMs === null)
    return this.#workers.map(worker => {
      const switches = { ...this.#initial }
      for (const happening of [...forGood, ...this.#standing(nowMs)]) {
        if (happening.workers.includes(worker)) Object.assign(switches, happening.switches)
      }
      return switches
    })
  }

  #standing(nowMs: number): Happening[] {
    return this.#happened.filter(({ ttlMs, endsMs }) => ttlMs !== null && endsMs > nowMs)
  }
}
