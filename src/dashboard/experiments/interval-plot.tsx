import { experimentMetrics, type MetricVerdict } from '../../contract/experiment.ts'
import { short, signedPercent } from '../live/units.ts'

type Verdicts = Readonly<Partial<Record<string, MetricVerdict>>>

/** Every figure's change with its interval, on one scale; the band is what makes no difference. */
export function IntervalPlot({ verdicts }: { readonly verdicts: Verdicts }) {
  const intervals = Object.values(verdicts).flatMap(verdict => verdict?.interval ?? [])
  // One figure that changes tenfold must not squeeze the others into a line: its end is cut off, its number is beside it.
  const widest = Math.min(120, Math.max(5, ...intervals.map(Math.abs)) * 1.1)
  const place = (percent: number): number => 50 + (Math.max(-widest, Math.min(widest, percent)) / widest) * 50
  return (
    <ul class="intervals" aria-label="Changes and their 95 % intervals">
      <li class="scale" aria-hidden="true">
        <span />
        <small>
          <span>{signedPercent(-widest)}</span>
          <span>no change</span>
          <span>{signedPercent(widest)}</span>
        </small>
        <small>change, 95 % interval: verdict</small>
      </li>
      {experimentMetrics.map(({ name, title }) => (
        <li key={name} class={verdicts[name]?.verdict ?? ''}>
          <span>{title}</span>
          <Drawing title={title} verdict={verdicts[name]} place={place} />
          <InWords verdict={verdicts[name]} />
        </li>
      ))}
    </ul>
  )
}

interface DrawingProps {
  readonly title: string
  readonly verdict: MetricVerdict | undefined
  place(percent: number): number
}

function Drawing({ title, verdict, place }: DrawingProps) {
  const { interval = null, effectPercent = null, marginPercent = 0 } = verdict ?? {}
  return (
    <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <title>{title}</title>
      <rect
        class="margin"
        x={place(-marginPercent)}
        width={Math.max(0.4, place(marginPercent) - place(-marginPercent))}
        height="10"
      />
      <line class="zero" x1="50" x2="50" y1="0" y2="10" />
      {interval !== null && (
        <line
          class="interval"
          x1={place(interval[0])}
          x2={Math.max(place(interval[0]) + 0.4, place(interval[1]))}
          y1="5"
          y2="5"
        />
      )}
      {effectPercent !== null && <rect class="effect" x={place(effectPercent) - 0.4} width="0.8" y="2" height="6" />}
    </svg>
  )
}

/** Where there is no ratio to speak of, as from zero, the figures themselves. */
function InWords({ verdict }: { readonly verdict: MetricVerdict | undefined }) {
  if (verdict === undefined) return <small>–</small>
  const { interval, effectPercent, before, after, verdict: name } = verdict
  if (interval === null || effectPercent === null)
    return (
      <small>
        {short(before)} before, {short(after)} after: {name}
      </small>
    )
  return (
    <span>
      <b>{signedPercent(effectPercent)}</b>{' '}
      <small>
        {signedPercent(interval[0])} to {signedPercent(interval[1])}: {name}
      </small>
    </span>
  )
}
