import type { CpuProfile } from './v8-profile.ts'

/**
 * What a profile says of a stretch of its time; both ends by V8's clock, in microseconds. V8 samples while it is still
 * getting ready, for as long as a busy machine lets that take: none of it is the work that the profile is about.
 */
export function cutCpuProfile(profile: CpuProfile, fromUs: number, toUs: number): CpuProfile {
  const startTime = Math.min(Math.max(profile.startTime, fromUs), profile.endTime)
  const endTime = Math.max(startTime, Math.min(profile.endTime, toUs))
  let atUs = profile.startTime
  const taken = profile.samples.map((node, index) => {
    atUs += profile.timeDeltas[index] as number
    return { atUs, node }
  })
  // V8 may hand over two samples the other way round.
  const kept = taken.filter(sample => sample.atUs >= startTime && sample.atUs < endTime).sort((a, b) => a.atUs - b.atUs)
  // The first one stands for what was before it too: the one before that was still getting ready.
  const timesUs = kept.map((sample, index) => (index === 0 ? startTime : sample.atUs))
  const hits = new Map<number, number>()
  for (const { node } of kept) hits.set(node, (hits.get(node) ?? 0) + 1)
  return {
    ...profile,
    nodes: profile.nodes.map(node => ({ ...node, hitCount: hits.get(node.id) ?? 0 })),
    startTime,
    endTime,
    samples: kept.map(({ node }) => node),
    timeDeltas: timesUs.map((timeUs, index) => timeUs - (timesUs[index - 1] ?? startTime))
  }
}
