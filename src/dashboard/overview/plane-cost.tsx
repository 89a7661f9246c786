import { instant, planePercent, snapshot } from '../live/lab.ts'
import { bytes, short } from '../live/units.ts'

/** What it costs that there is something to look at. */
export function PlaneCost() {
  instant.value
  const plane = snapshot.value?.plane
  const perSnapshot = plane === undefined || plane.snapshots === 0 ? null : plane.snapshotSeconds / plane.snapshots
  return (
    <p
      class="plane-cost"
      title="The control plane is a process of its own; what workers spend on telling of themselves is theirs."
    >
      Watching costs: control plane <b>{short(planePercent.value)} %</b> of a core; a worker’s report takes it{' '}
      <b>{perSnapshot === null ? '–' : short(perSnapshot * 1e6)} µs</b>
      {plane !== undefined && plane.snapshots > 0 && <>, {bytes(plane.snapshotBytes / plane.snapshots)}</>}.
    </p>
  )
}
