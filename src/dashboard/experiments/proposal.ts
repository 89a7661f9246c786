import { signal } from '@preact/signals'
import type { SwitchChange } from '../../contract/audit.ts'
import type { Switches } from '../../contract/optimizations.ts'
import { type ArmDraft, experimentDraft } from './draft.ts'

/** Two sets of switches somebody wants compared. */
export interface Proposal {
  readonly before: Partial<Switches>
  readonly after: Partial<Switches>
}

export const proposal = signal<Proposal | null>(null)

/** Opens the form of an experiment on what has just been changed. */
export function proposeExperiment(changes: readonly SwitchChange[]): void {
  proposal.value = {
    before: Object.fromEntries(changes.map(({ name, before }) => [name, before])),
    after: Object.fromEntries(changes.map(({ name, after }) => [name, after]))
  }
  experimentDraft.value = { ...experimentDraft.value, arms: armsOfProposal(proposal.value) }
  location.hash = '#/experiments'
}

export function armsOfProposal({ before, after }: Proposal): readonly ArmDraft[] {
  return [
    { name: 'before', preset: null, switches: before },
    { name: 'after', preset: null, switches: after }
  ]
}
