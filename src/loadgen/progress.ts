import type { LoadProgress } from '../contract/load-figures.ts'
import { figuresOf, mergeSlices } from './figures.ts'
import type { LoadDefinition } from './load-definition.ts'
import type { RunProgress } from './load-run.ts'

/** How a run is getting on, from what each of its processes says at about the same time. */
export function progressOf(definition: LoadDefinition, reports: readonly RunProgress[]): LoadProgress {
  const { connections, rampMs = 0, warmUpMs, durationMs } = definition
  const [first] = reports as [RunProgress]
  return {
    phase: first.phase,
    elapsedMs: Math.max(...reports.map(({ elapsedMs }) => elapsedMs)),
    totalMs: durationMs === null ? null : rampMs + warmUpMs + durationMs,
    connections: { open: reports.reduce((sum, { open }) => sum + open, 0), asked: connections },
    lastSecond: figuresOf(mergeSlices(reports.map(({ lastSecond }) => lastSecond)))
  }
}
