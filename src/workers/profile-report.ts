import { type OptimizationName, optimizationNames, type Switches } from '../contract/optimizations.ts'
import type { BufferBytes, ProfiledWorker, ProfileReport } from '../contract/profile.ts'

/** What is the same on all of them, and `mixed` where it is not. */
export function commonSwitches(all: readonly Switches[]): Record<OptimizationName, boolean | 'mixed'> {
  const common = (name: OptimizationName): boolean | 'mixed' => {
    const [first = false, ...others] = all.map(switches => switches[name])
    return others.every(other => other === first) ? first : 'mixed'
  }
  return Object.fromEntries(optimizationNames.map(name => [name, common(name)])) as ReturnType<typeof commonSwitches>
}

/** What the workers did, taken together. */
export function summed(
  workers: readonly ProfiledWorker[]
): Pick<
  ProfileReport,
  | 'frames'
  | 'bytesReceived'
  | 'bytesSent'
  | 'reads'
  | 'writes'
  | 'cpuSeconds'
  | 'gcSeconds'
  | 'gcCollections'
  | 'loopUtilization'
  | 'connections'
  | 'framesPerSecond'
  | 'capturedSeconds'
  | 'buffers'
> {
  const sum = (of: (worker: ProfiledWorker) => number): number =>
    workers.reduce((total, worker) => total + of(worker), 0)
  const mean = (of: (worker: ProfiledWorker) => number): number => (workers.length === 0 ? 0 : sum(of) / workers.length)
  const buffers = (field: keyof BufferBytes): number => sum(worker => worker.buffers[field])
  return {
    frames: sum(({ frames }) => frames),
    bytesReceived: sum(({ bytesReceived }) => bytesReceived),
    bytesSent: sum(({ bytesSent }) => bytesSent),
    reads: sum(({ reads }) => reads),
    writes: sum(({ writes }) => writes),
    cpuSeconds: sum(({ cpuSeconds }) => cpuSeconds),
    gcSeconds: sum(({ gcSeconds }) => gcSeconds),
    gcCollections: sum(({ gcCollections }) => gcCollections),
    loopUtilization: mean(({ loopUtilization }) => loopUtilization),
    connections: sum(({ connections }) => connections),
    framesPerSecond: sum(({ frames, seconds }) => (seconds > 0 ? frames / seconds : 0)),
    // Side by side, not one after the other.
    capturedSeconds: mean(({ seconds }) => seconds),
    buffers: {
      before: buffers('before'),
      after: buffers('after'),
      allocatedAtLeast: buffers('allocatedAtLeast')
    }
  }
}

/** The switches of a worker were other ones at its end. */
export function hasSwitched({ switchesBefore, switchesAfter }: ProfiledWorker): boolean {
  return optimizationNames.some(name => switchesBefore[name] !== switchesAfter[name])
}
