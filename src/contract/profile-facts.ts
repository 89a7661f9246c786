import type { ProfileReport } from './profile.ts'

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 })

/** What stands beside the figures of a profile, wherever they are shown: work, switches, what profiling itself cost. */
export function factsOf(report: ProfileReport): string[] {
  const { kind, frames, reads, writes, capturedSeconds, buffers } = report
  const facts = [`${whole.format(frames)} frames in ${capturedSeconds.toFixed(1)} s`]
  if (frames > 0) facts.push(`${perFrame(reads, frames, 'read')} and ${perFrame(writes, frames, 'write')} a frame`)
  facts.push(switchesInWords(report), profilingInWords(report))
  if (kind === 'allocation') {
    facts.push(
      `behind Buffers, not in the profile: at least ${whole.format(Math.max(0, buffers.allocatedAtLeast))} bytes`
    )
  }
  return facts
}

export function switchesInWords({ switches }: ProfileReport): string {
  const on = Object.entries(switches).flatMap(([name, enabled]) =>
    enabled === false ? [] : [enabled === 'mixed' ? `${name} (mixed)` : name]
  )
  return on.length === 0 ? 'all switches off' : `on: ${on.join(', ')}`
}

/** What is fetched without windows before and after, for comparison, is told by how long the profiler held the workers up. */
export function profilingInWords({ cost, workerFigures }: ProfileReport): string {
  if (cost === null) {
    const longestMs = (of: 'startStallSeconds' | 'stopStallSeconds'): string =>
      whole.format(Math.max(0, ...workerFigures.map(figures => figures[of])) * 1000)
    const [start, stop] = [longestMs('startStallSeconds'), longestMs('stopStallSeconds')]
    return `profiling itself: held a worker up for ${start} ms to start, ${stop} ms to stop`
  }
  const { estimatePercent, noisePercent } = cost
  if (estimatePercent === null || noisePercent === null) return 'profiling itself: too few frames to tell what it costs'
  const estimate = `${estimatePercent >= 0 ? '+' : '−'}${whole.format(Math.abs(estimatePercent))} %`
  return `profiling itself: ${estimate} CPU per frame (an estimate; noise ${whole.format(noisePercent)} %)`
}

function perFrame(count: number, frames: number, what: string): string {
  const amount = short.format(count / frames)
  return `${amount} ${what}${amount === '1' ? '' : 's'}`
}
