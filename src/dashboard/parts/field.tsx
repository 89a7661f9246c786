import type { ComponentChildren } from 'preact'
import { useId } from 'preact/hooks'
import { useRefusal } from './refusals.ts'

export interface FieldText {
  readonly title: string
  readonly hint?: ComponentChildren
  /** JSON pointer to it in the body of the request: what is refused of it is said here. */
  readonly at?: string | undefined
}

export interface InputAttributes {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean
}

export interface FieldProps extends FieldText {
  /** What is wrong with it before anybody is asked. */
  readonly wrong?: string | null
  /** Draws what is filled in. */
  readonly children: (attributes: InputAttributes) => ComponentChildren
}

/** Something to fill in: what it is called, what it means, and what is wrong with it. */
export function Field({ title, hint, at, wrong = null, children }: FieldProps) {
  const id = useId()
  const refused = useRefusal(at)
  const said = wrong ?? refused
  const described = [hint === undefined ? [] : `${id}-hint`, said === null ? [] : `${id}-wrong`].flat().join(' ')
  return (
    <div class="field">
      <label for={id}>{title}</label>
      {children({ id, 'aria-describedby': described === '' ? undefined : described, 'aria-invalid': said !== null })}
      {said !== null && (
        <small id={`${id}-wrong`} class="wrong">
          {said}
        </small>
      )}
      {hint !== undefined && <small id={`${id}-hint`}>{hint}</small>}
    </div>
  )
}
