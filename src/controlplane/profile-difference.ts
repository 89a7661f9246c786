import { type ProfileReport, scarceCoreShare } from '../contract/profile.ts'
import { collapsedPair } from '../profiling/collapsed.ts'
import { type Difference, difference, type MeasuredStacks, type Norm, pairStacks } from '../profiling/difference.ts'
import { pprof } from '../profiling/pprof.ts'
import type { ProfileFile } from './profile-files.ts'
import { meaningOf, quantumOf, stacksOf } from './profile-files.ts'
import type { CapturedProfile } from './profiles.ts'

export const differenceFormats = ['json', 'pprof', 'collapsed', 'html'] as const
export type DifferenceFormat = (typeof differenceFormats)[number]

/** The formats of whole numbers would round a frame's few nanoseconds away. */
const WHOLE_NUMBER_FRAMES = 1_000_000

export interface ProfileDifference extends Difference {
  readonly unit: string
  readonly before: ProfileReport
  readonly after: ProfileReport
  /** What a reader has to know before taking the figures for the effect of a change. */
  readonly warnings: readonly string[]
}

export function measured(profile: CapturedProfile): MeasuredStacks {
  const { report } = profile
  return {
    tree: stacksOf(profile),
    frames: report.frames,
    seconds: report.capturedSeconds,
    quantum: quantumOf(report)
  }
}

/** Of two profiles of one kind. Throws NothingToDivideByError. */
export function profileDifference(before: CapturedProfile, after: CapturedProfile, norm: Norm): ProfileDifference {
  return {
    unit: unitOf(after.report, norm),
    before: before.report,
    after: after.report,
    warnings: warningsOf(before.report, after.report),
    ...difference(measured(before), measured(after), norm)
  }
}

/** As numbers for tools that know whole ones only: per million frames instead of per frame. */
/** Of a file with it, without its ending. */
export const differenceName = ({ report: before }: CapturedProfile, { report: after }: CapturedProfile): string =>
  `framelab-${after.kind}-${after.id}-against-${before.id}`

export function differenceFile(
  before: CapturedProfile,
  after: CapturedProfile,
  norm: Norm,
  format: 'pprof' | 'collapsed'
): ProfileFile {
  const name = differenceName(before, after)
  const paired = pairStacks(measured(before), measured(after), norm)
  const scale = norm === 'frames' ? WHOLE_NUMBER_FRAMES : 1
  if (format === 'collapsed') {
    const scaled = (weights: readonly number[]): number[] => weights.map(weight => weight * scale)
    const text = collapsedPair(paired.tree, scaled(paired.before), scaled(paired.after))
    return { name: `${name}.txt`, mediaType: 'text/plain', content: Buffer.from(text) }
  }
  const [first, last] = [meaningOf(before.report), meaningOf(after.report)]
  const content = pprof(
    [
      { tree: paired.tree, self: paired.after, scale },
      { tree: paired.tree, self: paired.before, scale: -scale, isBase: true }
    ],
    {
      ...last,
      // As pprof itself puts two profiles together.
      startedAt: first.startedAt < last.startedAt ? first.startedAt : last.startedAt,
      durationSeconds: first.durationSeconds + last.durationSeconds,
      comments: [
        `difference: ${wordsOf(norm)}`,
        ...(last.comments ?? []).map(comment => `after: ${comment}`),
        ...(first.comments ?? []).map(comment => `before: ${comment}`)
      ]
    }
  )
  return { name: `${name}.pb.gz`, mediaType: 'application/octet-stream', content }
}

export function unitOf({ kind }: ProfileReport, norm: Norm): string {
  const unit = kind === 'cpu' ? 'ns' : 'bytes'
  return norm === 'total' ? unit : `${unit}/${norm === 'frames' ? 'frame' : 's'}`
}

function wordsOf(norm: Norm): string {
  return { frames: 'per million frames', seconds: 'per second', total: 'totals of both captures as they are' }[norm]
}

function warningsOf(before: ProfileReport, after: ProfileReport): string[] {
  const warnings: string[] = []
  for (const [side, report] of Object.entries({ before, after })) {
    const share = scarceCoreShare(report)
    if (share !== null) {
      const had = `had a core for ${Math.round(share * 100)} % of the time that they wanted one`
      warnings.push(
        `${side}, the workers ${had}: no function is charged for the rest, but which one waited is not known`
      )
    }
    if (report.changedMeanwhile) warnings.push(`switches were changed while the profile ${side} was captured`)
  }
  if (before.workers.join() !== after.workers.join()) {
    warnings.push(`not the same workers: ${before.workers.join(', ')} before, ${after.workers.join(', ')} after`)
  }
  if (before.node !== after.node) warnings.push(`not the same Node: ${before.node} before, ${after.node} after`)
  if (before.framelab !== after.framelab) {
    warnings.push(
      `not the same framelab: ${before.framelab} before, ${after.framelab} after; a function may have moved`
    )
  }
  const ratio = after.framesPerSecond / before.framesPerSecond
  if (ratio > 4 || ratio < 1 / 4) {
    warnings.push('the load differs more than fourfold: what does not grow with the frames weighs differently in each')
  }
  return warnings
}
