import type { ComponentChildren } from 'preact'
import { download } from '../live/api.ts'
import { CurlButton, useSending } from './action.tsx'

export interface DownloadProps {
  readonly path: string
  /** For screen readers: what is saved. */
  readonly about: string
  /** Of the file, where the server gives it none. */
  readonly fileName?: string
  readonly isSmall?: boolean
  readonly children: ComponentChildren
}

/** Saves an answer as a file, with the token that a plain link could not send. */
export function Download({ path, about, fileName, isSmall = false, children }: DownloadProps) {
  const { isSending, run } = useSending()
  const name = `download ${about}`
  return (
    <span class="action">
      <button
        type="button"
        class={isSmall ? 'small' : ''}
        disabled={isSending}
        aria-label={name}
        onClick={() => run(() => download(path, fileName))}
      >
        {children}
      </button>
      <CurlButton requests={[{ method: 'GET', path, isFile: fileName === undefined }]} about={name} />
    </span>
  )
}
