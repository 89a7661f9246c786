import { useSignal } from '@preact/signals'
import type { AuditEntry } from '../../contract/audit.ts'
import { send } from '../live/api.ts'
import { changes, markers, switches } from '../live/lab.ts'
import { clock } from '../live/units.ts'
import { CurlButton, useSending } from '../parts/action.tsx'
import { notify } from '../parts/notices.tsx'
import { Empty, Panel } from '../parts/panel.tsx'
import { Layers } from './layers.tsx'
import { undoRequests } from './switch-requests.ts'

const FIRST = 8

/** What is marked on the charts, in words, newest first; a change of switches can be undone from here. */
export function Happenings() {
  const isWhole = useSignal(false)
  const newestFirst = [...markers.value].reverse()
  const shown = isWhole.value ? newestFirst : newestFirst.slice(0, FIRST)
  const entries = new Map(changes.value.map(entry => [`change ${entry.id}`, entry]))
  return (
    <Panel title="What happened" class="happenings">
      {shown.length === 0 && (
        <Empty>Changes, profiles, experiments and restarts are listed here and marked on the charts.</Empty>
      )}
      <ol>
        {shown.map(({ id, time, kind, sentence }) => (
          <li key={id}>
            <time dateTime={new Date(time * 1000).toISOString()}>{clock(time)}</time>
            <i class={`dot marker-${kind}`} />
            <span>{sentence}</span>
            {entries.has(id) && <Undo entry={entries.get(id) as AuditEntry} />}
          </li>
        ))}
      </ol>
      {newestFirst.length > FIRST && (
        <button
          type="button"
          class="quiet"
          aria-expanded={isWhole.value}
          onClick={() => {
            isWhole.value = !isWhole.value
          }}
        >
          {isWhole.value ? 'Show fewer' : `Show all ${newestFirst.length}`}
        </button>
      )}
      <Layers layers={switches.value?.layers ?? []} />
    </Panel>
  )
}

function Undo({ entry }: { readonly entry: AuditEntry }) {
  const { isSending, run } = useSending()
  const requests = undoRequests(entry.id, entry.changes)
  const names = entry.changes.map(({ name }) => name).join(', ')
  return (
    <span class="action">
      <button
        type="button"
        class="small"
        aria-label={`Undo the change of ${names}`}
        disabled={isSending}
        onClick={() =>
          run(async () => {
            for (const request of requests) await send(request)
            notify('done', `As before: ${names}`)
          })
        }
      >
        Undo
      </button>
      <CurlButton requests={requests} about={`undo the change of ${names}`} />
    </span>
  )
}
