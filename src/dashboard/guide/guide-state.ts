import { computed } from '@preact/signals'
import type { OptimizationName } from '../../contract/optimizations.ts'
import type { ProfileReport } from '../../contract/profile.ts'
import { profiles, snapshot, switches } from '../live/lab.ts'

/** How far somebody has come in the guide: told from what the server has to show for it, so that it outlasts the page. */

/** Names of the profiles that the guide finds again. */
export const BASELINE = 'guide: baseline'
export const CHANGED = 'guide: changed'

export const candidates = [
  'bufferedReader',
  'coalescedWriter',
  'packetPool',
  'ackPool'
] as const satisfies readonly OptimizationName[]
export type Candidate = (typeof candidates)[number]

export const steps = ['baseline', 'profile', 'change', 'again'] as const
export type StepName = (typeof steps)[number]

export const isBusy = computed(() => (snapshot.value?.rates.framesReceivedPerSecond ?? 0) > 0)

/** What is on, of what the baseline has off. */
export const turnedOn = computed((): readonly Candidate[] =>
  candidates.filter(name => switches.value?.optimizations.find(one => one.name === name)?.enabled !== false)
)

export const baselineProfile = computed(() => latestNamed(BASELINE))
/** Only what was captured after the baseline says anything of it. */
export const changedProfile = computed(() => {
  const latest = latestNamed(CHANGED)
  const since = baselineProfile.value?.createdAt ?? ''
  return latest !== undefined && latest.createdAt > since ? latest : undefined
})

const done = computed((): Readonly<Record<StepName, boolean>> => {
  const profile = baselineProfile.value?.state === 'done'
  const again = profile && changedProfile.value?.state === 'done'
  return {
    baseline: profile || (isBusy.value && turnedOn.value.length === 0),
    profile,
    change: again || (profile && turnedOn.value.length === 1),
    again
  }
})

export const isDone = (step: StepName): boolean => done.value[step]

/** The one to be done next; null when all are. */
export const currentStep = computed(() => steps.find(step => !done.value[step]) ?? null)

function latestNamed(label: string): ProfileReport | undefined {
  return [...profiles.value.values()].filter(profile => profile.label === label).at(-1)
}
