import { type ExperimentSummary, experimentBounds } from '../../contract/experiment.ts'
import { duration, short } from '../live/units.ts'
import { NumberField } from '../parts/number-field.tsx'
import type { ExperimentDraft } from './draft.ts'
import { guessedEffectPercent, secondsOf, smallestEffectPercent } from './expectation.ts'

export interface LengthFieldsProps {
  readonly draft: ExperimentDraft
  readonly past: readonly ExperimentSummary[]
  onDraft(part: Partial<ExperimentDraft>): void
}

/** How often and how long; what that takes, and what it can find. */
export function LengthFields({ draft, past, onDraft }: LengthFieldsProps) {
  const { pairs, blockSeconds, washOutSeconds } = draft
  return (
    <fieldset>
      <legend>How long</legend>
      <div class="form">
        <NumberField
          title="Pairs"
          hint="how often each arm is measured"
          at="/pairs"
          {...experimentBounds.pairs}
          step={1}
          value={pairs}
          onValue={value => onDraft({ pairs: value })}
        />
        <NumberField
          title="Each block, seconds"
          hint="one arm, measured once"
          at="/blockSeconds"
          {...experimentBounds.blockSeconds}
          value={blockSeconds}
          onValue={value => onDraft({ blockSeconds: value })}
        />
        <NumberField
          title="Wash-out, seconds"
          hint="not measured, after each change of switches"
          at="/washOutSeconds"
          {...experimentBounds.washOutSeconds}
          value={washOutSeconds}
          onValue={value => onDraft({ washOutSeconds: value })}
        />
      </div>
      <Expectation draft={draft} past={past} />
    </fieldset>
  )
}

function Expectation({ draft, past }: Omit<LengthFieldsProps, 'onDraft'>) {
  const seconds = secondsOf(draft, draft.arms.length)
  const effect = smallestEffectPercent(draft, past)
  const guess = guessedEffectPercent(draft)
  if (!Number.isFinite(seconds)) return null
  return (
    <dl class="tiles expectation" aria-live="polite">
      <div>
        <dt>takes about</dt>
        <dd>{duration(seconds)}</dd>
      </div>
      <div>
        <dt>finds changes of CPU per frame from</dt>
        <dd>{effect === null ? `${short(guess.least)}–${short(guess.most)} %` : `${short(effect)} %`}</dd>
        <dd class="hint">
          {effect === null
            ? 'if blocks scatter by 1 to 5 %, as is usual. After the first experiment this page knows how quiet this machine is.'
            : 'in four of five cases, if the machine is as quiet as in the last experiment.'}
        </dd>
      </div>
    </dl>
  )
}
