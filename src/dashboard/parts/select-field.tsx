import { Field, type FieldText } from './field.tsx'

export interface SelectFieldProps extends FieldText {
  readonly value: string
  /** Values and what they are called. */
  readonly options: readonly (readonly [string, string])[]
  readonly class?: string
  onValue(value: string): void
}

export function SelectField({ title, hint, at, value, options, class: kind, onValue }: SelectFieldProps) {
  return (
    <Field title={title} hint={hint} at={at}>
      {attributes => (
        <select {...attributes} class={kind} value={value} onChange={event => onValue(event.currentTarget.value)}>
          {options.map(([option, name]) => (
            <option key={option} value={option}>
              {name}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
