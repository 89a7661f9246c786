import { copy } from './action.tsx'

/** The command that does the same once more. */
export function Command({ command }: { readonly command: string }) {
  return (
    <p class="command">
      <button type="button" onClick={() => void copy(command)}>
        Copy the command that repeats it
      </button>
      <code class="hint">{command}</code>
    </p>
  )
}
