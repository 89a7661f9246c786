import { useState } from 'preact/hooks'
import { count } from '../live/units.ts'
import { Field, type FieldText } from './field.tsx'

interface Limits {
  readonly min: number
  readonly max: number
  readonly step?: number | 'any'
}

export interface NumberFieldProps extends FieldText, Limits {
  readonly value: number
  onValue(value: number): void
}

/** A number within bounds. One outside is said to be so at once, and keeps its form from being sent. */
export function NumberField({ value, onValue, ...rest }: NumberFieldProps) {
  return <NumberInput {...rest} value={value} required onText={text => onValue(numberOf(text))} />
}

export interface OptionalNumberFieldProps extends FieldText, Limits {
  /** null is an empty field. */
  readonly value: number | null
  /** What an empty one means. */
  readonly whenEmpty: string
  onValue(value: number | null): void
}

export function OptionalNumberField({ value, whenEmpty, onValue, ...rest }: OptionalNumberFieldProps) {
  return (
    <NumberInput
      {...rest}
      value={value}
      required={false}
      placeholder={whenEmpty}
      onText={text => onValue(text === '' ? null : numberOf(text))}
    />
  )
}

interface NumberInputProps extends FieldText, Limits {
  readonly value: number | null
  readonly required: boolean
  readonly placeholder?: string
  onText(text: string): void
}

function NumberInput({ title, hint, at, min, max, step = 'any', value, onText, ...rest }: NumberInputProps) {
  const [draft, setDraft] = useState({ text: textOf(value), isValid: true })
  // What is being typed stays as it is typed, as long as it means the same.
  const text = Number.isNaN(value) || textOf(numberOf(draft.text)) === textOf(value) ? draft.text : textOf(value)
  return (
    <Field title={title} hint={hint} at={at} wrong={draft.isValid ? null : boundsInWords(min, max, step)}>
      {attributes => (
        <input
          {...attributes}
          {...rest}
          type="number"
          inputmode={step === 1 ? 'numeric' : 'decimal'}
          min={min}
          max={max}
          step={step}
          value={text}
          onInput={({ currentTarget: { value: typed, validity } }) => {
            setDraft({ text: typed, isValid: validity.valid })
            onText(validity.badInput ? 'no number' : typed)
          }}
        />
      )}
    </Field>
  )
}

/** NaN where there is none. */
const numberOf = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text))
const textOf = (value: number | null): string => (value === null || Number.isNaN(value) ? '' : `${value}`)

function boundsInWords(min: number, max: number, step: number | 'any'): string {
  return `must be a ${step === 1 ? 'whole number' : 'number'} from ${min < 1 ? min : count(min)} to ${count(max)}`
}
