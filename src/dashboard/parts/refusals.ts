import { type Signal, useSignal } from '@preact/signals'
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ApiError, WrongField } from '../live/api.ts'

/** What the API has refused of a form, to be said at the fields that it is about. */
export interface Refusals {
  readonly fields: Signal<readonly WrongField[]>
  /** Whether it is about fields, so that the form says it itself. */
  take(error: ApiError): boolean
  clear(): void
}

export const RefusalsOfForm = createContext<Signal<readonly WrongField[]> | null>(null)

export function useRefusals(): Refusals {
  const fields = useSignal<readonly WrongField[]>([])
  return {
    fields,
    take(error) {
      fields.value = error.fields
      return error.fields.length > 0
    },
    clear() {
      if (fields.value.length > 0) fields.value = []
    }
  }
}

/** What was refused of the field with this JSON pointer, and of what is in it; or of the parameter with this name. */
export function useRefusal(place: string | undefined): string | null {
  const fields = useContext(RefusalsOfForm)?.value ?? []
  if (place === undefined) return null
  const about = fields.filter(
    ({ pointer, parameter }) => parameter === place || pointer === place || pointer?.startsWith(`${place}/`) === true
  )
  return about.length === 0 ? null : about.map(({ detail }) => detail).join('; ')
}
