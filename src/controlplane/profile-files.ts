import type { ProfiledWorker, ProfileReport } from '../contract/profile.ts'
import { profilingInWords, switchesInWords } from '../contract/profile-facts.ts'
import { type ChargedTime, chargeCpuTime } from '../profiling/charged-time.ts'
import { collapsed } from '../profiling/collapsed.ts'
import { mergeCpuProfiles, mergeHeapProfiles, type WorkerProfile } from '../profiling/merge-v8-profiles.ts'
import { type PprofMeaning, pprof } from '../profiling/pprof.ts'
import { readProfile } from '../profiling/read-profile.ts'
import { mergeTrees, type StackTree } from '../profiling/stack-tree.ts'
import type { CpuProfile, HeapProfile } from '../profiling/v8-profile.ts'
import type { CapturedProfile } from './profiles.ts'

export const downloadFormats = ['cpuprofile', 'heapprofile', 'pprof', 'collapsed'] as const
export type DownloadFormat = (typeof downloadFormats)[number]

/** A file, and how a browser or a tool is to take it. */
export interface ProfileFile {
  readonly name: string
  readonly mediaType: string
  readonly content: Buffer
}

/** The kind of profile that a format of V8 is for; null for formats that fit both. */
export function kindOfFormat(format: DownloadFormat): ProfileReport['kind'] | null {
  return format === 'cpuprofile' ? 'cpu' : format === 'heapprofile' ? 'allocation' : null
}

/** The stacks of all workers together: nanoseconds, or bytes. Throws MalformedProfileError. */
export function stacksOf({ report, captures }: CapturedProfile): StackTree {
  const trees = captures.map(({ worker, profile }) => {
    const tree = readProfile(report.kind, profile)
    const figures = report.workerFigures.find(candidate => candidate.worker === worker)
    if (report.kind === 'cpu' && figures !== undefined) chargeCpuTime(tree, chargedTimeOf(figures))
    return tree
  })
  return mergeTrees(trees)
}

export function chargedTimeOf({
  cpuSeconds,
  mainThread
}: Pick<ProfiledWorker, 'cpuSeconds' | 'mainThread'>): ChargedTime {
  return {
    cpu: cpuSeconds * 1e9,
    mainThread: mainThread && { ran: mainThread.ranSeconds * 1e9, waited: mainThread.waitedSeconds * 1e9 }
  }
}

/** Weight of one sample: nanoseconds or bytes. */
export function quantumOf({ sampling }: ProfileReport): number {
  return sampling.unit === 'microseconds' ? sampling.interval * 1000 : sampling.interval
}

export function profileFile(profile: CapturedProfile, format: DownloadFormat): ProfileFile {
  const { report, captures } = profile
  const name = `framelab-${report.kind}-${report.id}`
  if (format === 'cpuprofile') {
    const merged = mergeCpuProfiles(captures as readonly WorkerProfile<CpuProfile>[])
    return { name: `${name}.cpuprofile`, mediaType: 'application/json', content: Buffer.from(JSON.stringify(merged)) }
  }
  if (format === 'heapprofile') {
    const merged = mergeHeapProfiles(captures as readonly WorkerProfile<HeapProfile>[])
    return { name: `${name}.heapprofile`, mediaType: 'application/json', content: Buffer.from(JSON.stringify(merged)) }
  }
  const tree = stacksOf(profile)
  if (format === 'pprof')
    return { name: `${name}.pb.gz`, mediaType: 'application/octet-stream', content: pprofOf(report, tree) }
  return { name: `${name}.txt`, mediaType: 'text/plain', content: Buffer.from(collapsed(tree)) }
}

export function pprofOf(report: ProfileReport, tree: StackTree, onlyLive = false): Buffer {
  return pprof([{ tree, self: tree.self, scale: 1 }], meaningOf(report, onlyLive))
}

export function meaningOf(report: ProfileReport, onlyLive = false): PprofMeaning {
  return {
    type: report.kind === 'cpu' ? 'cpu' : onlyLive ? 'inuse_space' : 'alloc_space',
    periodType: report.kind === 'cpu' ? 'cpu' : 'space',
    unit: report.kind === 'cpu' ? 'nanoseconds' : 'bytes',
    period: quantumOf(report),
    startedAt: new Date(report.startedAt ?? report.createdAt),
    durationSeconds: report.capturedSeconds,
    comments: commentsOf(report, onlyLive)
  }
}

function commentsOf(report: ProfileReport, onlyLive: boolean): string[] {
  const facts = [
    `framelab ${report.framelab}, Node ${report.node}, workers ${report.workers.join(', ')}, ${report.frames} frames`,
    `switches at revision ${report.revision}: ${switchesInWords(report)}`,
    profilingInWords(report)
  ]
  if (report.kind === 'cpu') return facts
  return [
    ...facts,
    "Buffers' memory outside V8's heap is not in it",
    'bytes only: V8 does not tell how many objects they were',
    ...(onlyLive ? ['only what was allocated during the capture and still in use at its end'] : [])
  ]
}
