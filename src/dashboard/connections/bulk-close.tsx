import { useSignal } from '@preact/signals'
import { useRef } from 'preact/hooks'
import { type ApiRequest, send } from '../live/api.ts'
import { count } from '../live/units.ts'
import { Action, CurlButton, useSending } from '../parts/action.tsx'
import { NumberField } from '../parts/number-field.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { type FilterText, filterBody, filterInWords } from './filter.ts'

const path = '/api/v1/connections/close'
const DEFAULT_PER_SECOND = 500
const MOST_PER_SECOND = 100_000
const modes = [
  ['drain', 'answer what has come, then close'],
  ['now', 'close at once']
] as const

export interface BulkCloseProps {
  readonly filter: FilterText
  /** Nothing matches. */
  readonly isNone: boolean
}

/** Closes all that the filter selects, after saying how many that are. */
export function BulkClose({ filter, isNone }: BulkCloseProps) {
  const dialog = useRef<HTMLDialogElement>(null)
  const matched = useSignal(0)
  const { isSending, run } = useSending()
  const body = filterBody(filter)
  const preview: ApiRequest = { method: 'POST', path, body: { filter: body, dryRun: true } }
  return (
    <span class="action">
      <button
        type="button"
        class="danger"
        disabled={isNone || isSending}
        onClick={() =>
          run(async () => {
            matched.value = (await send<{ matched: number }>(preview)).matched
            dialog.current?.showModal()
          })
        }
      >
        Close all of these…
      </button>
      <CurlButton requests={[preview]} about="count what would be closed" />
      <dialog ref={dialog} aria-labelledby="bulk-close">
        <h2 id="bulk-close">Close {count(matched.value)} connections?</h2>
        <p>
          When you confirm: {filterInWords(filter)}. Their peers may come back at once, so they are closed at a pace.
        </p>
        <Confirmation filter={body} matched={matched.value} onEnd={() => dialog.current?.close()} />
      </dialog>
    </span>
  )
}

interface ConfirmationProps {
  readonly filter: object
  readonly matched: number
  onEnd(): void
}

function Confirmation({ filter, matched, onEnd }: ConfirmationProps) {
  const mode = useSignal('drain')
  const ratePerSecond = useSignal(DEFAULT_PER_SECOND)
  return (
    <>
      <SelectField
        title="How"
        value={mode.value}
        options={modes}
        onValue={value => {
          mode.value = value
        }}
      />
      <NumberField
        title="At most so many a second"
        min={1}
        max={MOST_PER_SECOND}
        value={ratePerSecond.value}
        onValue={value => {
          ratePerSecond.value = value
        }}
      />
      <div class="row">
        <Action
          request={{ method: 'POST', path, body: { filter, mode: mode.value, ratePerSecond: ratePerSecond.value } }}
          kind="danger"
          disabled={matched === 0}
          done={`Closing ${count(matched)} connections.`}
          onDone={onEnd}
        >
          Close {count(matched)} connections
        </Action>
        <button type="button" onClick={onEnd}>
          Keep them
        </button>
      </div>
    </>
  )
}
