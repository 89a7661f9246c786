import type { ProfileReport } from '../contract/profile.ts'
import { factsOf } from '../contract/profile-facts.ts'
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
