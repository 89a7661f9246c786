import { ChartGrid } from '../charts/chart-grid.tsx'
import { snapshot, switches } from '../live/lab.ts'
import { FirstRun } from './first-run.tsx'
import { Happenings } from './happenings.tsx'
import { ImpressionPanel } from './impression.tsx'
import { PlaneCost } from './plane-cost.tsx'
import { SwitchesPanel } from './switches-panel.tsx'

/** What the server does, and the switches beside it. */
export function Overview() {
  // All at once: what comes later would push away what is there.
  if (snapshot.value === null || switches.value === null) return <p class="loading">Asking the server…</p>
  return (
    <>
      <FirstRun />
      <div class="overview">
        <div class="overview-charts">
          <ChartGrid />
          <PlaneCost />
        </div>
        <SwitchesPanel report={switches.value} />
        <ImpressionPanel />
        <Happenings />
      </div>
    </>
  )
}
