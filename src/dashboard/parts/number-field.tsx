export interface NumberFieldProps {
  readonly title: string
  readonly hint?: string | undefined
  readonly min: number
  readonly max: number
  readonly step?: number | 'any'
  readonly value: number
  onValue(value: number): void
}

/** A number within bounds; what is none, or outside, changes nothing, and the browser says why. */
export function NumberField({ title, hint, min, max, step = 'any', value, onValue }: NumberFieldProps) {
  return (
    <label class="field">
      {title}
      <input
        type="number"
        min={min}
        max={max}
        step={step}
        value={value}
        required
        onInput={event => {
          if (event.currentTarget.validity.valid) onValue(event.currentTarget.valueAsNumber)
        }}
      />
      {hint !== undefined && <small>{hint}</small>}
    </label>
  )
}
