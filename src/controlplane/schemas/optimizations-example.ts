import { optimizations, presetSwitches, presets } from '../../contract/optimizations.ts'
import type { OptimizationLayer, OptimizationsReport } from '../../contract/server-report.ts'

/** The switches as they are written in the documentation: one of them is off on one worker, for a minute. */
export const layerExample: OptimizationLayer = {
  id: 'layer-1',
  switches: { coalescedWriter: false },
  workers: [2],
  by: 'ada',
  reason: 'what does it cost?',
  at: '2026-01-02T03:04:05.678Z',
  expiresAt: '2026-01-02T03:05:05.678Z'
}

export const optimizationsExample: OptimizationsReport = {
  revision: 2,
  optimizations: optimizations.map(optimization => {
    const isLayered = optimization.name === 'coalescedWriter'
    return { ...optimization, enabled: isLayered ? 'mixed' : true, workers: { 1: true, 2: !isLayered } }
  }),
  layers: [layerExample],
  presets: presets.map(preset => ({ ...preset, switches: presetSwitches(preset.name) }))
}
