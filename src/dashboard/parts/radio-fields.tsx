import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useRefusal } from './refusals.ts'

export interface Choice {
  readonly value: string
  readonly title: string
  readonly hint: string
  /** Why it cannot be had now; null or missing when it can. */
  readonly whyNot?: string | null
}

export interface RadioFieldsProps {
  readonly title: string
  readonly value: string
  readonly choices: readonly Choice[]
  readonly at?: string
  onValue(value: string): void
  /** What more there is to say to the choice. */
  readonly children?: ComponentChildren
}

/** One of a few ways, each with what it means, and why where it is not to be had. */
export function RadioFields({ title, value, choices, at, onValue, children }: RadioFieldsProps) {
  const id = useId()
  const refused = useRefusal(at)
  return (
    <fieldset class="choices">
      <legend>{title}</legend>
      {choices.map(({ value: one, title: name, hint, whyNot = null }) => (
        <label key={one} class="choice">
          <input
            type="radio"
            name={id}
            checked={one === value}
            disabled={whyNot !== null && one !== value}
            aria-invalid={refused !== null && one === value}
            aria-describedby={`${id}-${one}`}
            onChange={() => onValue(one)}
          />
          <span>
            {name}
            <small id={`${id}-${one}`}>
              {hint}
              {whyNot !== null && <span class="why-not"> {whyNot}</span>}
              {refused !== null && one === value && <span class="wrong"> {refused}</span>}
            </small>
          </span>
        </label>
      ))}
      {children}
    </fieldset>
  )
}
