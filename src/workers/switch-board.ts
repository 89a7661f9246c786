import { type OptimizationName, optimizations, presets, type Switches } from '../contract/optimizations.ts'
import type { OptimizationsReport } from '../contract/server-report.ts'

/** Which switches are meant to be in force on which worker. A replaced worker starts with those of the one before. */
export class SwitchBoard {
  #revision = 1
  readonly #byWorker = new Map<number, Switches>()

  constructor(workers: readonly number[], initial: Switches) {
    for (const worker of workers) this.#byWorker.set(worker, { ...initial })
  }

  of(worker: number): Switches {
    const switches = this.#byWorker.get(worker)
    if (switches === undefined) throw new RangeError(`no worker ${worker}`)
    return switches
  }

  /** Sets some switches on some workers, which is one new revision. */
  change(workers: readonly number[], switches: Partial<Switches>): void {
    for (const worker of workers) this.#byWorker.set(worker, { ...this.of(worker), ...switches })
    this.#revision++
  }

  report(): OptimizationsReport {
    return {
      revision: this.#revision,
      optimizations: optimizations.map(optimization => {
        const workers = this.#valuesOf(optimization.name)
        return { ...optimization, enabled: common(Object.values(workers)), workers }
      }),
      presets: presets.map(preset => ({ ...preset, switches: { ...preset.switches } }))
    }
  }

  #valuesOf(name: OptimizationName): Record<string, boolean> {
    return Object.fromEntries([...this.#byWorker].map(([worker, switches]) => [`${worker}`, switches[name]]))
  }
}

function common(values: readonly boolean[]): boolean | 'mixed' {
  const [first = false] = values
  return values.every(value => value === first) ? first : 'mixed'
}
