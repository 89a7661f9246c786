import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { ApiError, type ApiRequest, asCurl, send } from '../live/api.ts'
import { notify, notifyProblem } from './notices.tsx'
import type { Refusals } from './refusals.ts'

export interface ActionProps<Answer> {
  readonly request: ApiRequest
  readonly children: ComponentChildren
  /** For screen readers, where the text alone does not say what it is about. */
  readonly name?: string | undefined
  readonly kind?: 'main' | 'plain' | 'danger' | undefined
  readonly disabled?: boolean | undefined
  /** What is told once it is done; nothing when absent. */
  readonly done?: string | undefined
  readonly onDone?: ((answer: Answer) => void) | undefined
  /** Of the form it is in, which then says itself what is refused of its fields. */
  readonly refusals?: Refusals | undefined
}

/** A button that sends one request to the API, and beside it the same as a curl command. */
export function Action<Answer>({
  request,
  children,
  name,
  kind = 'plain',
  disabled = false,
  done,
  onDone,
  refusals
}: ActionProps<Answer>) {
  const { isSending, run } = useSending()
  return (
    <span class="action">
      <button
        type="button"
        class={kind}
        aria-label={name}
        aria-busy={isSending}
        disabled={disabled || isSending}
        onClick={({ currentTarget: { form } }) => {
          if (form?.checkValidity() === false) return showInvalid(form)
          run(async () => {
            try {
              const answer = await send<Answer>(request)
              refusals?.clear()
              if (done !== undefined) notify('done', done)
              onDone?.(answer)
            } catch (error) {
              if (!(error instanceof ApiError && refusals?.take(error) === true)) throw error
              setTimeout(() => form !== null && showInvalid(form))
            }
          })
        }}
      >
        {children}
      </button>
      <CurlButton requests={[request]} about={name ?? textOf(children)} />
    </span>
  )
}

function textOf(children: ComponentChildren): string {
  return [children]
    .flat(2)
    .filter(child => typeof child === 'string' || typeof child === 'number')
    .join('')
}

/** Whoever fills in the form is taken to what is wrong with it. */
function showInvalid(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLElement>('input:invalid, select:invalid, [aria-invalid=true]')
  field?.closest('details')?.setAttribute('open', '')
  field?.focus()
}

/** One thing at a time, and what goes wrong is said. */
export function useSending(): { readonly isSending: boolean; run(work: () => Promise<void>): void } {
  const [isSending, setSending] = useState(false)
  return {
    isSending,
    run(work) {
      setSending(true)
      work()
        .catch(notifyProblem)
        .finally(() => setSending(false))
    }
  }
}

export interface CurlButtonProps {
  /** One after another. */
  readonly requests: readonly ApiRequest[]
  /** What it does, for screen readers. */
  readonly about: string
}

export function CurlButton({ requests, about }: CurlButtonProps) {
  return (
    <button
      type="button"
      class="curl"
      title="Copy this as a curl command"
      aria-label={`Copy as curl: ${about}`}
      onClick={() => void copy(requests.map(asCurl).join(' &&\n'))}
    >
      curl
    </button>
  )
}

/** Browsers lend the clipboard to pages on this machine or by https only; elsewhere the text is shown to be copied by hand. */
export async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
    notify('done', `Copied: ${text}`)
  } catch {
    notify('problem', `This browser keeps the clipboard from pages without https. To be copied by hand: ${text}`)
  }
}
