import { signal } from '@preact/signals'
import type { SwitchChange } from '../../contract/audit.ts'
import { experimentBounds } from '../../contract/experiment.ts'
import { type ArmDraft, experimentDraft } from './draft.ts'

/** What has just been changed, and might be tested. */
export const proposal = signal<readonly SwitchChange[] | null>(null)

/** Fills in the form of an experiment with what has just been changed. */
export function proposeExperiment(changes: readonly SwitchChange[]): void {
  proposal.value = changes
  experimentDraft.value = { ...experimentDraft.value, arms: armsOfChanges(changes) }
}

export function armsOfChanges(changes: readonly SwitchChange[]): readonly ArmDraft[] {
  return (['before', 'after'] as const).map(side => {
    const switches = Object.fromEntries(changes.map(change => [change.name, change[side]]))
    const words = changes.map(({ name, [side]: isOn }) => `${name} ${isOn ? 'on' : 'off'}`).join(', ')
    return { name: words.length <= experimentBounds.nameLength ? words : side, preset: null, switches }
  })
}
