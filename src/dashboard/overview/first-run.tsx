import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { changes, loads, runningLoad, snapshot, start, withOne } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'
import { addressOf } from '../parts/address.ts'

/** Load for a look around: enough to keep a worker busy, long enough to try every switch. */
export const tryOutLoad = {
  method: 'POST',
  path: '/api/v1/load',
  body: { connections: 50, inFlight: 20, durationSeconds: 600, warmUpSeconds: 0 }
} as const

/** Once it is there it stays until it is put away, and shows how far one has come: what is below must not jump. */
const isWanted = signal<boolean | null>(null)

/** What a newcomer sees where no frame has ever come: three steps that show what this is for. */
export function FirstRun() {
  const now = snapshot.value
  if (now === null) return null
  if (isWanted.value === null) isWanted.value = now.totals.framesReceived === 0
  if (!isWanted.value) return null
  const hasWork = now.totals.framesReceived > 0
  const { host, port } = start.value?.listen.frames ?? { host: '127.0.0.1', port: 8888 }
  return (
    <section class="panel first-run" aria-labelledby="first-run">
      <header>
        <h2 id="first-run">Three steps to see what this is for</h2>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            isWanted.value = false
          }}
        >
          Put away
        </button>
      </header>
      <ol>
        <Step isDone={hasWork} title="Give it work.">
          Ten minutes of load from a process of its own, or clients of yours at{' '}
          <code>
            {host}:{port}
          </code>
          .{' '}
          <Action<LoadRunReport>
            request={tryOutLoad}
            kind={hasWork ? 'plain' : 'main'}
            disabled={runningLoad.value !== null}
            done="Load is starting."
            onDone={report => {
              loads.value = withOne(loads.value, report)
            }}
          >
            Start load
          </Action>
        </Step>
        <Step isDone={hasWork && changes.value.length > 0} title="Flip a switch.">
          Turn <code>bufferedReader</code> off under <b>Switches</b> and watch reads per frame rise to two.
        </Step>
        <Step isDone={false} title="Find out whether it pays.">
          <a href={addressOf('guide')}>The guide</a> walks you through baseline, profile, change, measure again.
        </Step>
      </ol>
    </section>
  )
}

interface StepProps {
  readonly title: string
  readonly isDone: boolean
  readonly children: ComponentChildren
}

function Step({ title, isDone, children }: StepProps) {
  return (
    <li class={isDone ? 'done' : ''}>
      <b>{title}</b> {isDone && <small>✓ done</small>}
      <div>{children}</div>
    </li>
  )
}
