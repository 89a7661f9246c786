import { signal } from '@preact/signals'

interface Notice {
  readonly id: number
  readonly kind: 'done' | 'problem'
  readonly text: string
}

const SHOWN_MS = 6_000
const MOST = 4

const notices = signal<readonly Notice[]>([])
let lastId = 0

/** Says in a line what was done, or what could not be. What went wrong stays until it is put away. */
export function notify(kind: Notice['kind'], text: string): void {
  const id = ++lastId
  notices.value = [...notices.value.slice(1 - MOST), { id, kind, text }]
  if (kind === 'done') setTimeout(() => dismiss(id), SHOWN_MS)
}

export function notifyProblem(error: unknown): void {
  notify('problem', error instanceof Error ? error.message : String(error))
}

function dismiss(id: number): void {
  notices.value = notices.value.filter(notice => notice.id !== id)
}

export function Notices() {
  return (
    <div class="notices" role="status" aria-live="polite">
      {notices.value.map(({ id, kind, text }) => (
        <p key={id} class={`notice ${kind}`}>
          <span>{text}</span>
          <button type="button" class="quiet" aria-label="Dismiss this message" onClick={() => dismiss(id)}>
            ✕
          </button>
        </p>
      ))}
    </div>
  )
}
