import type { SwitchChange } from '../contract/audit.ts'
import {
  type OptimizationName,
  optimizationNames,
  optimizations,
  presets,
  type Switches
} from '../contract/optimizations.ts'
import type { OptimizationLayer, OptimizationsReport } from '../contract/server-report.ts'

/** A layer, and when it ends, on a clock that never jumps. */
interface EndingLayer {
  readonly layer: OptimizationLayer
  readonly endsMs: number
}

/** What one step did: which workers it may concern, and what is in force now that was not before. */
export interface LayerStep {
  readonly layer: OptimizationLayer | null
  readonly workers: readonly number[]
  readonly changes: readonly SwitchChange[]
}

/**
 * Which switches are in force on which worker.
 *
 *   layer 2   packetPool off on worker 1, until 12:05     what is in force is, for each switch and worker,
 *   layer 1   bufferedReader off, until 12:10             what the highest layer says that says anything
 *   base      a full set for each worker: those of the start, and every change for good
 *
 * A layer that ends is taken out, and nothing else is touched: what shows again is what lies under it by then.
 */
export class SwitchLayers {
  readonly workers: readonly number[]
  readonly #base = new Map<number, Switches>()
  #layers: EndingLayer[] = []
  #revision = 1
  #lastId = 0

  constructor(workers: readonly number[], initial: Switches) {
    this.workers = workers
    for (const worker of workers) this.#base.set(worker, { ...initial })
  }

  /** Rises with every change, one that a layer hides included. */
  get revision(): number {
    return this.#revision
  }

  get layers(): readonly OptimizationLayer[] {
    return this.#layers.map(({ layer }) => layer)
  }

  /** When the next layer ends; null when none will. */
  get nextEndMs(): number | null {
    return this.#layers.length === 0 ? null : Math.min(...this.#layers.map(({ endsMs }) => endsMs))
  }

  of(worker: number): Switches {
    const base = this.#base.get(worker)
    if (base === undefined) throw new RangeError(`no worker ${worker}`)
    const above = this.layers.filter(({ workers }) => workers.includes(worker)).map(({ switches }) => switches)
    return Object.assign({ ...base }, ...above)
  }

  /** What lies under all layers. */
  baseOf(worker: number): Switches {
    const base = this.#base.get(worker)
    if (base === undefined) throw new RangeError(`no worker ${worker}`)
    return { ...base }
  }

  /** For good: changes what lies under all layers. */
  changeBase(workers: readonly number[], switches: Partial<Switches>): LayerStep {
    return this.#step(null, workers, () => {
      for (const worker of workers) this.#base.set(worker, { ...(this.#base.get(worker) as Switches), ...switches })
    })
  }

  /** Until it ends: lies on top of everything there is. */
  add(layer: Omit<OptimizationLayer, 'id'>, endsMs: number): LayerStep {
    const added = { ...layer, id: `${++this.#lastId}` }
    return this.#step(added, layer.workers, () => {
      this.#layers.push({ layer: added, endsMs })
    })
  }

  /** Null when there is no such layer. */
  remove(id: string): LayerStep | null {
    const layer = this.layers.find(candidate => candidate.id === id)
    if (layer === undefined) return null
    return this.#step(layer, layer.workers, () => {
      this.#layers = this.#layers.filter(candidate => candidate.layer !== layer)
    })
  }

  /** Ends one layer whose time has come, the one that is due longest; null when there is none. */
  endNextDue(nowMs: number): LayerStep | null {
    const due = this.#layers.filter(({ endsMs }) => endsMs <= nowMs).sort((a, b) => a.endsMs - b.endsMs)[0]
    return due === undefined ? null : this.remove(due.layer.id)
  }

  report(): OptimizationsReport {
    const inForce = new Map(this.workers.map(worker => [worker, this.of(worker)]))
    const valuesOf = (name: OptimizationName): Record<string, boolean> =>
      Object.fromEntries([...inForce].map(([worker, switches]) => [`${worker}`, switches[name]]))
    return {
      revision: this.#revision,
      optimizations: optimizations.map(optimization => {
        const workers = valuesOf(optimization.name)
        return { ...optimization, enabled: common(Object.values(workers)), workers }
      }),
      layers: [...this.layers],
      presets: presets.map(preset => ({ ...preset, switches: { ...preset.switches } }))
    }
  }

  #step(layer: OptimizationLayer | null, workers: readonly number[], apply: () => void): LayerStep {
    const before = workers.map(worker => this.of(worker))
    apply()
    this.#revision++
    const after = workers.map(worker => this.of(worker))
    return { layer, workers, changes: differences(workers, before, after) }
  }
}

function differences(
  workers: readonly number[],
  before: readonly Switches[],
  after: readonly Switches[]
): SwitchChange[] {
  return optimizationNames.flatMap(name =>
    [true, false].flatMap(value => {
      const changed = workers.filter((_, index) => before[index]?.[name] !== value && after[index]?.[name] === value)
      return changed.length === 0 ? [] : [{ name, before: !value, after: value, workers: changed }]
    })
  )
}

function common(values: readonly boolean[]): boolean | 'mixed' {
  const [first = false] = values
  return values.every(value => value === first) ? first : 'mixed'
}
