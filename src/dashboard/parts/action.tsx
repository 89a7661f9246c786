import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { type ApiRequest, asCurl, send } from '../live/api.ts'
import { notify, notifyProblem } from './notices.tsx'

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
}

/** A button that sends one request to the API, and beside it the same as a curl command. */
export function Action<Answer>({
  request,
  children,
  name,
  kind = 'plain',
  disabled = false,
  done,
  onDone
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
        onClick={() =>
          run(async () => {
            const answer = await send<Answer>(request)
            if (done !== undefined) notify('done', done)
            onDone?.(answer)
          })
        }
      >
        {children}
      </button>
      <CurlButton request={request} about={name} />
    </span>
  )
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

export function CurlButton({ request, about }: { readonly request: ApiRequest; readonly about?: string | undefined }) {
  return (
    <button
      type="button"
      class="curl"
      title="Copy this as a curl command"
      aria-label={about === undefined ? 'Copy as curl' : `Copy as curl: ${about}`}
      onClick={() => void copy(asCurl(request))}
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
    notify('problem', text)
  }
}
