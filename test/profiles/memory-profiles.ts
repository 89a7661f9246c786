import { presetSwitches } from '../../src/contract/optimizations.ts'
import type { ProfileReport, ProfileRequest } from '../../src/contract/profile.ts'
import { UnknownWorkerError } from '../../src/controlplane/lab.ts'
import {
  type CapturedProfile,
  type LiveRequest,
  type Profiles,
  ProfilingBusyError
} from '../../src/controlplane/profiles.ts'
import type { CpuProfile, HeapProfile } from '../../src/profiling/v8-profile.ts'
import { callFrame, cpuProfile, heapNode, heapProfile } from '../profiling/profiles.ts'

/** Profiles that nobody captured: of two workers, kept in memory. */
export class MemoryProfiles implements Profiles {
  readonly kept = new Map<string, CapturedProfile>()
  readonly underWay = new Map<string, ProfileReport>()
  readonly captures: LiveRequest[] = []
  /** Called with what `capture` is asked for; never answers when it returns false. */
  answersCapture = true
  aborted = 0
  #lastId = 0

  start(request: ProfileRequest): ProfileReport {
    this.#check(request.workers)
    const report = this.#report(request, { state: 'queued', progress: 0, frames: 0 })
    this.underWay.set(report.id, report)
    return report
  }

  async list(): Promise<readonly ProfileReport[]> {
    const all = [...this.underWay.values(), ...[...this.kept.values()].map(({ report }) => report)]
    return all.sort((a, b) => (a.id < b.id ? 1 : -1))
  }

  async find(id: string): Promise<ProfileReport | null> {
    return this.underWay.get(id) ?? this.kept.get(id)?.report ?? null
  }

  async read(id: string): Promise<CapturedProfile | null> {
    return this.kept.get(id) ?? null
  }

  async remove(id: string): Promise<boolean> {
    const running = this.underWay.get(id)
    if (running === undefined) return this.kept.delete(id)
    if (running.state === 'cancelled') return this.underWay.delete(id)
    this.underWay.set(id, { ...running, state: 'cancelled' })
    return true
  }

  async capture(request: LiveRequest, signal: AbortSignal): Promise<CapturedProfile> {
    this.#check(request.workers)
    this.captures.push(request)
    if (!this.answersCapture) {
      await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }))
    }
    const profile = request.kind === 'cpu' ? readingBytes(5) : allocating(640)
    return { report: this.#report(request, {}), captures: [{ worker: 1, profile }] }
  }

  /** One that is done: per frame it costs what the content does, divided by the frames. */
  keep(kind: ProfileReport['kind'], profile: CpuProfile | HeapProfile, facts: Partial<ProfileReport> = {}): string {
    const report = this.#report({ kind, seconds: 2, workers: [1], label: facts.label ?? null }, facts)
    this.kept.set(report.id, { report, captures: [{ worker: 1, profile }] })
    return report.id
  }

  #check(workers: readonly number[] | null): void {
    const known = [1, 2]
    workers?.forEach((worker, index) => {
      if (!known.includes(worker)) throw new UnknownWorkerError(worker, index, known)
    })
    for (const report of this.underWay.values()) {
      const both = report.workers.filter(worker => (workers ?? known).includes(worker))
      if (report.state === 'queued' && both[0] !== undefined) throw new ProfilingBusyError(both[0], report.id)
    }
  }

  #report({ kind, seconds, workers, label }: ProfileRequest, facts: Partial<ProfileReport>): ProfileReport {
    return {
      id: `profile${String(++this.#lastId).padStart(4, '0')}`,
      kind,
      state: 'done',
      progress: 1,
      label,
      seconds,
      sampling: kind === 'cpu' ? { interval: 1000, unit: 'microseconds' } : { interval: 65_536, unit: 'bytes' },
      workers: workers ?? [1, 2],
      createdAt: '2026-01-02T03:04:05.000Z',
      startedAt: '2026-01-02T03:04:05.000Z',
      finishedAt: '2026-01-02T03:04:09.000Z',
      error: null,
      framelab: '1.2.3',
      node: process.version,
      revision: 7,
      revisionAfter: 7,
      switches: presetSwitches('baseline'),
      changedMeanwhile: false,
      frames: 1000,
      bytesReceived: 28_000,
      bytesSent: 14_000,
      reads: 2000,
      writes: 1000,
      cpuSeconds: 1.5,
      gcSeconds: 0.1,
      gcCollections: 8,
      loopUtilization: 0.75,
      connections: 4,
      framesPerSecond: 500,
      capturedSeconds: 2,
      sampled: kind === 'cpu' ? { amount: 0.005, unit: 'seconds' } : { amount: 640, unit: 'bytes' },
      buffers: { before: 0, after: 0, allocatedAtLeast: 0 },
      cost: null,
      workerFigures: [],
      ...facts
    }
  }
}

/** A CPU profile in which a read costs so many microseconds, and as many are idle. */
export function readingBytes(microseconds: number): CpuProfile {
  return cpuProfile([
    [[callFrame('onRead', 'src/dataplane/connection.ts', 12), callFrame('readStart')], microseconds],
    [[callFrame('(idle)')], microseconds]
  ])
}

export function allocating(bytes: number): HeapProfile {
  return heapProfile(heapNode(callFrame('takePacket', 'src/dataplane/packet-pool.ts', 40), bytes))
}
