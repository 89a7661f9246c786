import { useEffect } from 'preact/hooks'
import type { LoadRunReport } from '../../contract/load-run.ts'
import { ChartGrid } from '../charts/chart-grid.tsx'
import { get } from '../live/api.ts'
import { isGoingOn, link, loads, runningLoad, snapshot, withOne } from '../live/lab.ts'
import { notifyProblem } from '../parts/notices.tsx'
import { Empty, Panel } from '../parts/panel.tsx'
import { LoadForm } from './load-form.tsx'
import { LoadNow } from './load-now.tsx'
import { LoadTable } from './load-table.tsx'

export async function refreshLoads(): Promise<void> {
  const { items } = await get<{ items: readonly LoadRunReport[] }>('/api/v1/load')
  loads.value = items.toReversed().reduce(withOne, loads.value)
}

/** What shows how the server takes it. */
const watched = ['throughput', 'latency', 'cpu', 'loop']

/** Load on this server from a process of its own, what it measures, and what earlier runs did. */
export function Load() {
  useEffect(() => {
    refreshLoads().catch(notifyProblem)
  }, [link.value.state])
  // All at once: what comes later would push away what is there.
  if (snapshot.value === null) return <p class="loading">Asking the server…</p>
  const running = runningLoad.value
  const past = [...loads.value.values()].filter(run => !isGoingOn(run)).reverse()
  return (
    <div class="stack">
      <div class="load">
        {running === null ? <LoadForm /> : <LoadNow run={running} />}
        <ChartGrid names={watched} />
      </div>
      <Panel title="Earlier runs">{past.length === 0 ? <Empty>None yet.</Empty> : <LoadTable runs={past} />}</Panel>
    </div>
  )
}
