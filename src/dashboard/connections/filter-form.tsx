import { closeReasons } from '../../contract/reasons.ts'
import { workerIds } from '../live/lab.ts'
import { Field } from '../parts/field.tsx'
import { SelectField } from '../parts/select-field.tsx'
import { type FilterText, noFilter } from './filter.ts'

const states = [
  ['live', 'alive'],
  ['open', 'open'],
  ['draining', 'draining'],
  ['closing', 'closing'],
  ['closed', 'closed: the last 10,000']
] as const

const reasons = closeReasons.map(reason => [reason, reason.replaceAll('_', ' ')] as const)

export interface FilterFormProps {
  readonly filter: FilterText
  onChange(filter: FilterText): void
}

/** What is given must all hold; it is the server that filters. */
export function FilterForm({ filter, onChange }: FilterFormProps) {
  const field = (name: keyof FilterText) => ({
    at: name,
    value: filter[name],
    onValue: (text: string): void => onChange({ ...filter, [name]: text })
  })
  const workers = workerIds.value.map(id => [`${id}`, `${id}`] as const)
  return (
    <form class="form" aria-label="Filter" onSubmit={event => event.preventDefault()}>
      <SelectField title="State" options={states} {...field('state')} />
      <SelectField title="Worker" options={[['', 'any'], ...workers]} {...field('worker')} />
      <FilterField title="Address" example="10.0.0.0/8" {...field('address')} />
      <SelectField title="Reason" options={[['', 'any'], ...reasons]} {...field('reason')} />
      <FilterField title="Idle for at least" example="seconds" {...field('minIdleSeconds')} />
      <FilterField title="Open for at least" example="seconds" {...field('minAgeSeconds')} />
      <FilterField title="Pending at least" example="bytes" {...field('minPendingBytes')} />
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

interface FilterFieldProps {
  readonly title: string
  readonly example: string
  readonly at: string
  readonly value: string
  onValue(text: string): void
}

/** Asked for when it is left, or by Enter, rather than at every key. */
function FilterField({ title, example, at, value, onValue }: FilterFieldProps) {
  return (
    <Field title={title} at={at}>
      {attributes => (
        <input
          {...attributes}
          type="text"
          value={value}
          placeholder={example}
          autocomplete="off"
          onChange={event => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
