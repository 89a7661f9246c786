import type { ProfilingCost, WorkWindow } from '../contract/profile.ts'

/** Fewer frames say nothing about the cost of one. */
const FEWEST_FRAMES = 1_000

export interface CostWindows {
  readonly before: readonly WorkWindow[]
  readonly during: readonly WorkWindow[]
  readonly after: readonly WorkWindow[]
}

/** What the profiler itself costs, from CPU time per frame with it and without; each window over all workers together. */
export function profilingCost(windows: CostWindows): ProfilingCost {
  const before = perFrame(windows.before)
  const during = perFrame(windows.during)
  const after = perFrame(windows.after)
  const without = before === null || after === null ? null : (before + after) / 2
  return {
    windowSeconds: {
      before: longest(windows.before),
      during: longest(windows.during),
      after: longest(windows.after)
    },
    cpuMicrosecondsPerFrame: { before, during, after },
    estimatePercent: without === null || during === null ? null : (during / without - 1) * 100,
    noisePercent: without === null ? null : (Math.abs((before as number) - (after as number)) / without) * 100
  }
}

function perFrame(windows: readonly WorkWindow[]): number | null {
  const frames = windows.reduce((sum, window) => sum + window.frames, 0)
  const cpuSeconds = windows.reduce((sum, window) => sum + window.cpuSeconds, 0)
  return frames < FEWEST_FRAMES || cpuSeconds <= 0 ? null : (cpuSeconds * 1e6) / frames
}

const longest = (windows: readonly WorkWindow[]): number => Math.max(0, ...windows.map(({ seconds }) => seconds))
