import { instant, link, reconnect, snapshot, start } from './live/lab.ts'
import { clock, count } from './live/units.ts'

/** Whether what one sees is of now, and of which server. */
export function LinkState() {
  instant.value
  const { state } = link.value
  const now = snapshot.value
  const workers = now?.workers ?? []
  const serving = workers.filter(worker => worker.state === 'running').length
  return (
    <div class={`link-state ${state}`}>
      <span class="lamp" />
      <span role="status">{words()}</span>
      {state === 'lost' && (
        <button type="button" class="small" onClick={reconnect}>
          Try now
        </button>
      )}
      {state === 'live' && now !== null && (
        <span class="facts">
          {serving} of {workers.length} workers · {count(now.totals.connectionsOpen)} connections
          {start.value !== null && <> · v{start.value.version}</>}
        </span>
      )}
    </div>
  )
}

/** Short enough for one line on a telephone: whatever is below must not move when the server goes. */
function words() {
  const { value } = link
  switch (value.state) {
    case 'connecting':
      return 'Connecting…'
    case 'paused':
      return 'Paused'
    case 'lost':
      return (
        <>
          {value.why === null ? `No answer since ${clock(value.since / 1000)}` : `Refused: ${value.why}`}
          <span class="visually-hidden">. Figures are of before; it is tried again by itself.</span>
        </>
      )
    case 'live':
      return snapshot.value?.state === 'draining' ? 'Draining' : 'Live'
  }
}
