import { closeReasons } from '../../contract/reasons.ts'
import { workerIds } from '../live/lab.ts'
import { type FilterText, noFilter } from './filter.ts'

const states = [
  ['live', 'alive'],
  ['open', 'open'],
  ['draining', 'draining'],
  ['closing', 'closing'],
  ['closed', 'closed: the last 10,000']
] as const

export interface FilterFormProps {
  readonly filter: FilterText
  onChange(filter: FilterText): void
}

/** What is given must all hold; it is the server that filters. */
export function FilterForm({ filter, onChange }: FilterFormProps) {
  const set = (name: keyof FilterText, text: string): void => onChange({ ...filter, [name]: text })
  return (
    <form class="form" aria-label="Filter" onSubmit={event => event.preventDefault()}>
      <label class="field">
        State
        <select value={filter.state} onChange={event => set('state', event.currentTarget.value)}>
          {states.map(([value, title]) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <label class="field">
        Worker
        <select value={filter.worker} onChange={event => set('worker', event.currentTarget.value)}>
          <option value="">any</option>
          {workerIds.value.map(id => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <TextField title="Address" example="10.0.0.0/8" text={filter.address} onText={text => set('address', text)} />
      <label class="field">
        Reason
        <select value={filter.reason} onChange={event => set('reason', event.currentTarget.value)}>
          <option value="">any</option>
          {closeReasons.map(reason => (
            <option key={reason} value={reason}>
              {reason.replaceAll('_', ' ')}
            </option>
          ))}
        </select>
      </label>
      <TextField
        title="Idle for at least"
        example="seconds"
        text={filter.minIdleSeconds}
        onText={text => set('minIdleSeconds', text)}
      />
      <TextField
        title="Open for at least"
        example="seconds"
        text={filter.minAgeSeconds}
        onText={text => set('minAgeSeconds', text)}
      />
      <TextField
        title="Pending at least"
        example="bytes"
        text={filter.minPendingBytes}
        onText={text => set('minPendingBytes', text)}
      />
      <button
        type="button"
        class="reset"
        onClick={() => onChange(noFilter)}
        disabled={Object.values(filter).join() === Object.values(noFilter).join()}
      >
        Clear the filter
      </button>
    </form>
  )
}

interface TextFieldProps {
  readonly title: string
  readonly example: string
  readonly text: string
  onText(text: string): void
}

function TextField({ title, example, text, onText }: TextFieldProps) {
  return (
    <label class="field">
      {title}
      <input
        type="text"
        value={text}
        placeholder={example}
        autocomplete="off"
        onChange={event => onText(event.currentTarget.value)}
      />
    </label>
  )
}
