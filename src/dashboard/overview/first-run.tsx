import type { LoadRunReport } from '../../contract/load-run.ts'
import { loads, runningLoad, snapshot, start, withOne } from '../live/lab.ts'
import { Action } from '../parts/action.tsx'

/** Load for a look around: enough to keep a worker busy, long enough to try every switch. */
export const tryOutLoad = {
  method: 'POST',
  path: '/api/v1/load',
  body: { connections: 50, inFlight: 20, durationSeconds: 600, warmUpSeconds: 0 }
} as const

/** What a newcomer sees as long as no frame has come: three steps that show what this is for. */
export function FirstRun() {
  const now = snapshot.value
  if (now === null || now.totals.framesReceived > 0 || runningLoad.value !== null) return null
  const { host, port } = start.value?.listen.frames ?? { host: '127.0.0.1', port: 8888 }
  return (
    <section class="panel first-run" aria-labelledby="first-run">
      <h2 id="first-run">No traffic yet. Three steps to see what this is for:</h2>
      <ol>
        <li>
          <b>Give it work.</b> Ten minutes of load from a process of its own, or clients of yours at{' '}
          <code>
            {host}:{port}
          </code>
          .{' '}
          <Action<LoadRunReport>
            request={tryOutLoad}
            kind="main"
            done="Load is starting."
            onDone={report => {
              loads.value = withOne(loads.value, report)
            }}
          >
            Start load
          </Action>
        </li>
        <li>
          <b>Flip a switch.</b> Turn <code>bufferedReader</code> off and watch reads per frame rise to two.
        </li>
        <li>
          <b>Find out whether it pays.</b> <a href="#/guide">The guide</a> walks you through baseline, profile, change,
          measure again.
        </li>
      </ol>
    </section>
  )
}
