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
  taken.sort((a, b) => a.atUs - b.atUs)
  const samples: number[] = []
  const timeDeltas: number[] = []
  const hits = new Map<number, number>()
  let lastUs = startTime
  for (const [index, { atUs: began, node }] of taken.entries()) {
    const fellUs = Math.max(began, startTime)
    // What ran when a sample was taken ran until the next one.
    if (Math.min(taken[index + 1]?.atUs ?? profile.endTime, endTime) <= fellUs) continue
    samples.push(node)
    timeDeltas.push(fellUs - lastUs)
    lastUs = fellUs
    hits.set(node, (hits.get(node) ?? 0) + 1)
  }
  const nodes = profile.nodes.map(node => ({ ...node, hitCount: hits.get(node.id) ?? 0 }))
  return { ...profile, nodes, startTime, endTime, samples, timeDeltas }
}
