import type { ComponentChildren } from 'preact'
import { type Refusals, RefusalsOfForm } from './refusals.ts'

export interface FormProps {
  readonly refusals: Refusals
  readonly name?: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** Fields that say what was refused of them, until something is changed. */
export function Form({ refusals, name, class: kind = 'form', children }: FormProps) {
  return (
    <form
      class={kind}
      aria-label={name}
      noValidate
      onSubmit={event => event.preventDefault()}
      onInput={() => refusals.clear()}
      onChange={() => refusals.clear()}
    >
      <RefusalsOfForm.Provider value={refusals.fields}>{children}</RefusalsOfForm.Provider>
    </form>
  )
}
