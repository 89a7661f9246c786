import type { Switches } from '../../contract/optimizations.ts'
import type { OptimizationLayer } from '../../contract/server-report.ts'
import type { LayerStep, SwitchLayers } from '../switch-layers.ts'

/** What was in force before an experiment, so that another process can put it back. */
export interface SwitchesBefore {
  /** By worker, what lies under all layers. */
  readonly base: Readonly<Record<string, Switches>>
  readonly layers: readonly OptimizationLayer[]
}

export function switchesBefore(layers: SwitchLayers): SwitchesBefore {
  return {
    base: Object.fromEntries(layers.workers.map(worker => [`${worker}`, layers.baseOf(worker)])),
    layers: layers.layers
  }
}

/**
 * Puts it back on the workers that there are. Layers whose time has come meanwhile stay ended; the others end when they were
 * to. Nothing is told to the workers here.
 */
export function putBack(before: SwitchesBefore, layers: SwitchLayers, now: Date, clockMs: number): LayerStep[] {
  const base = layers.workers.flatMap(worker => {
    const switches = before.base[`${worker}`]
    return switches === undefined ? [] : [layers.changeBase([worker], switches)]
  })
  const lasting = before.layers.flatMap(({ id: _id, ...layer }) => {
    const endMs = Date.parse(layer.expiresAt)
    // The clock may have been set back meanwhile: no layer lasts longer than it was to.
    const leftMs = Math.min(endMs - now.getTime(), endMs - Date.parse(layer.at))
    const workers = layer.workers.filter(worker => layers.workers.includes(worker))
    return leftMs > 0 && workers.length > 0 ? [layers.add({ ...layer, workers }, clockMs + leftMs)] : []
  })
  return [...base, ...lasting]
}
