import { useEffect } from 'preact/hooks'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { get } from '../live/api.ts'
import { isGoingOn, link, loads, runningLoad, withOne } from '../live/lab.ts'
import { notifyProblem } from '../parts/notices.tsx'
import { Empty, Panel } from '../parts/panel.tsx'
import { LoadForm } from './load-form.tsx'
import { LoadNow } from './load-now.tsx'
import { LoadTable } from './load-table.tsx'

export async function refreshLoads(): Promise<void> {
  const { items } = await get<{ items: readonly LoadRunReport[] }>('/api/v1/load')
  loads.value = items.toReversed().reduce(withOne, loads.value)
}

/** Load on this server from a process of its own, what it measures, and what earlier runs did. */
export function Load() {
  useEffect(() => {
    refreshLoads().catch(notifyProblem)
  }, [link.value.state])
  const running = runningLoad.value
  const past = [...loads.value.values()].filter(run => !isGoingOn(run)).reverse()
  return (
    <div class="stack">
      <div class="columns">
        {running === null ? <LoadForm /> : <LoadNow run={running} />}
        <Panel title="What to expect">
          <p>
            A <b>closed loop</b> keeps so many Submits in flight on each connection and finds out how much the server
            can do. Its latency follows from that: it says how long a Submit waits in a full queue.
          </p>
          <p>
            An <b>open loop</b> sends at a rate, whether the server keeps up or not, and counts latency from the moment
            each Submit was due: that is what people would wait.
          </p>
          <p class="hint">
            The generator is a process of its own. When it, and not the server, is the limit, it says so, and its
            figures are not the server’s.
          </p>
        </Panel>
      </div>
      <Panel title="Earlier runs">{past.length === 0 ? <Empty>None yet.</Empty> : <LoadTable runs={past} />}</Panel>
    </div>
  )
}
