import { experimentMetrics, type MetricVerdict } from '../../contract/experiment.ts'
import { signedPercent } from '../live/units.ts'

type Verdicts = Readonly<Partial<Record<string, MetricVerdict>>>

/** Every figure's change with its interval, on one scale; the band is what makes no difference. */
export function IntervalPlot({ verdicts }: { readonly verdicts: Verdicts }) {
  const rows = experimentMetrics.flatMap(({ name, title }) => {
    const verdict = verdicts[name]
    return verdict?.interval == null || verdict.effectPercent === null
      ? []
      : [{ name, title, ...verdict, interval: verdict.interval, effect: verdict.effectPercent }]
  })
  // One figure that changes tenfold must not squeeze the others into a line: its end is cut off, its number is beside it.
  const widest = Math.min(120, Math.max(5, ...rows.flatMap(({ interval }) => interval.map(Math.abs))) * 1.1)
  const place = (percent: number): number => 50 + (Math.max(-widest, Math.min(widest, percent)) / widest) * 50
  return (
    <ul class="intervals" aria-label="Changes and their 95 % intervals">
      {rows.length > 0 && (
        <li class="scale" aria-hidden="true">
          <span />
          <small>
            <span>{signedPercent(-widest)}</span>
            <span>no change</span>
            <span>{signedPercent(widest)}</span>
          </small>
          <small>change, 95 % interval: verdict</small>
        </li>
      )}
      {rows.map(({ name, title, effect, interval, marginPercent, verdict }) => (
        <li key={name} class={verdict}>
          <span>{title}</span>
          <svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <title>{title}</title>
            <rect
              class="margin"
              x={place(-marginPercent)}
              width={Math.max(0.4, place(marginPercent) - place(-marginPercent))}
              height="10"
            />
            <line class="zero" x1="50" x2="50" y1="0" y2="10" />
            <line
              class="interval"
              x1={place(interval[0])}
              x2={Math.max(place(interval[0]) + 0.4, place(interval[1]))}
              y1="5"
              y2="5"
            />
            <rect class="effect" x={place(effect) - 0.4} width="0.8" y="2" height="6" />
          </svg>
          <span>
            <b>{signedPercent(effect)}</b>{' '}
            <small>
              {signedPercent(interval[0])} to {signedPercent(interval[1])}: {verdict}
            </small>
          </span>
        </li>
      ))}
    </ul>
  )
}
