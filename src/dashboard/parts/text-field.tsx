import { Field, type FieldText } from './field.tsx'

export interface TextFieldProps extends FieldText {
  readonly value: string
  readonly maxLength?: number | undefined
  readonly placeholder?: string | undefined
  onValue(value: string): void
}

export function TextField({ title, hint, at, value, maxLength, placeholder, onValue }: TextFieldProps) {
  return (
    <Field title={title} hint={hint} at={at}>
      {attributes => (
        <input
          {...attributes}
          type="text"
          autocomplete="off"
          maxLength={maxLength}
          placeholder={placeholder}
          value={value}
          onInput={event => onValue(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}
