import type { FreshConfirmation } from '../../contract/confirmation.ts'
import type { ExperimentReport } from '../../contract/experiment.ts'
import type { ProfileDifference } from '../../controlplane/profile-difference.ts'
import type { Gate } from '../../experiments/gate.ts'

/** All that `framelab compare` finds out. */
export interface ComparisonResult {
  readonly experiment: ExperimentReport
  /** Null unless asked for. */
  readonly confirmation: FreshConfirmation | null
  readonly gate: Gate | null
  /** Of the CPU profiles of the first two arms, per frame: the functions that changed most. Null without profiles. */
  readonly profileDifference: ProfileDifference | null
}

/** The JSON of a result: the experiment as REST has it, and what was found out beside it. */
export function resultJson({ experiment, ...others }: ComparisonResult): string {
  return `${JSON.stringify({ ...experiment, ...others })}\n`
}
