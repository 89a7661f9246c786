export interface SelectFieldProps {
  readonly title: string
  readonly value: string
  /** Values and what they are called. */
  readonly options: readonly (readonly [string, string])[]
  onValue(value: string): void
}

export function SelectField({ title, value, options, onValue }: SelectFieldProps) {
  return (
    <label class="field">
      {title}
      <select value={value} onChange={event => onValue(event.currentTarget.value)}>
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}
