import { useEffect, useRef, useState } from 'preact/hooks'
import { tokenWanted, useToken } from '../live/api.ts'
import { reconnect } from '../live/lab.ts'

/** Asks for a token when the API wants one. It stays in this tab's session and goes nowhere but into the header of requests. */
export function TokenDialog() {
  const dialog = useRef<HTMLDialogElement>(null)
  const [given, setGiven] = useState('')
  const why = tokenWanted.value

  useEffect(() => {
    if (why !== null && dialog.current?.open === false) dialog.current.showModal()
    if (why === null) dialog.current?.close()
  }, [why])

  return (
    <dialog ref={dialog} aria-labelledby="token-title" onCancel={event => event.preventDefault()}>
      <form
        method="dialog"
        onSubmit={event => {
          event.preventDefault()
          if (given.trim() === '') return
          useToken(given.trim())
          setGiven('')
          reconnect()
        }}
      >
        <h2 id="token-title">A token, please</h2>
        <p>{why} Whoever started the server has it. It is kept in this tab until you close it.</p>
        <label class="field">
          Token
          <input
            type="password"
            autocomplete="off"
            value={given}
            onInput={event => setGiven(event.currentTarget.value)}
            required
          />
        </label>
        <button type="submit" class="main">
          Use it
        </button>
      </form>
    </dialog>
  )
}
