import { ChartGrid } from '../charts/chart-grid.tsx'
import { FirstRun } from './first-run.tsx'
import { Happenings } from './happenings.tsx'
import { ImpressionPanel } from './impression.tsx'
import { PlaneCost } from './plane-cost.tsx'
import { SwitchesPanel } from './switches-panel.tsx'

/** What the server does, and the switches beside it. */
export function Overview() {
  return (
    <>
      <FirstRun />
      <div class="overview">
        <div class="overview-charts">
          <ChartGrid />
          <PlaneCost />
        </div>
        <aside aria-label="Switches and what they did">
          <SwitchesPanel />
          <ImpressionPanel />
          <Happenings />
        </aside>
      </div>
    </>
  )
}
