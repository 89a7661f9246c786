import { signal } from '@preact/signals'
import type { SwitchChange } from '../../contract/audit.ts'
import type { Switches } from '../../contract/optimizations.ts'

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
  location.hash = '#/experiments'
}
