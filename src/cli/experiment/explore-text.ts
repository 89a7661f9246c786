import type { ExplorationReport } from '../../contract/exploration.ts'
import { effectName } from '../../experiments/report/exploration-page.ts'
import { intervalText, percentText, pText } from '../../experiments/report/figure-text.ts'
import { textTable } from '../text-table.ts'

/** The result for a person: what to switch on first, the effects behind that. */
export function explorationText({ sentence, findings, request, seed, command }: ExplorationReport): string {
  const effects = (findings?.effects ?? []).map(effect => [
    effectName(effect),
    percentText(effect.effectPercent),
    intervalText(effect.interval),
    pText(effect.pHolm),
    effect.verdict,
    ...(request.fraction === 'half' ? [effect.aliasedWith.join(' × ')] : [])
  ])
  const head = [
    'CPU per frame',
    'change',
    '95 % interval',
    'p (Holm)',
    'verdict',
    ...(request.fraction === 'half' ? ['or'] : [])
  ]
  const table =
    effects.length === 0
      ? ''
      : `\n${textTable([head, ...effects], new Set([1, 3]))}
Of one switch: what switching it on changes, over all settings of the others. Of two: how much more one changes while the
other is on. All intervals hold together with 95 %.\n`
  return `${sentence}\n${table}\nseed: ${seed}\nAgain: ${command}\n`
}
