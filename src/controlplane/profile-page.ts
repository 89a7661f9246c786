import type { ProfileReport } from '../contract/profile.ts'
import { type Norm, pairStacks } from '../profiling/difference.ts'
import { type FlameGraphPage, flameGraphPage } from '../profiling/flame-graph-page.ts'
import { flameTree } from '../profiling/flame-tree.ts'
import { measured, profileDifference } from './profile-difference.ts'
import type { CapturedProfile } from './profiles.ts'

/** The difference of two profiles as a page that needs nothing else. */
export function differencePage(before: CapturedProfile, after: CapturedProfile, norm: Norm): FlameGraphPage {
  const whole = profileDifference(before, after, norm)
  const paired = pairStacks(measured(before), measured(after), norm)
  const thing = after.report.kind === 'cpu' ? 'CPU' : 'memory'
  const per = { frames: `${thing} per frame`, seconds: `${thing} per second`, total: thing }[norm]
  return flameGraphPage(
    {
      title: `${nameOf(before.report)} → ${nameOf(after.report)}: ${per}`,
      quantity: per,
      unit: whole.unit,
      before: factsOf(before.report),
      after: factsOf(after.report),
      warnings: whole.warnings
    },
    whole,
    flameTree(paired.tree, paired.before, paired.after)
  )
}

const nameOf = ({ label, id }: ProfileReport): string => label ?? id

function factsOf(report: ProfileReport): string[] {
  const { frames, capturedSeconds, switches, cost, buffers, kind } = report
  const on = Object.entries(switches).flatMap(([name, enabled]) => (enabled === false ? [] : [name]))
  const facts = [
    `${frames.toLocaleString('en-US')} frames in ${capturedSeconds.toFixed(1)} s`,
    on.length === 0 ? 'all switches off' : `on: ${on.join(', ')}`
  ]
  if (cost?.estimatePercent != null && cost.noisePercent !== null) {
    const estimate = `${cost.estimatePercent >= 0 ? '+' : '−'}${Math.abs(cost.estimatePercent).toFixed(0)} %`
    facts.push(`profiling: ${estimate} CPU per frame (an estimate; noise ${cost.noisePercent.toFixed(0)} %)`)
  }
  if (kind === 'allocation') {
    const grown = Math.max(0, buffers.allocatedAtLeast).toLocaleString('en-US')
    facts.push(`behind Buffers, not drawn here: at least ${grown} bytes`)
  }
  return facts
}
