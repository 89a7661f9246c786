import { experimentBounds, experimentGuardBounds, experimentMetrics } from '../../contract/experiment.ts'
import { NumberField, OptionalNumberField } from '../parts/number-field.tsx'
import type { ExperimentDraft } from './draft.ts'

export interface LimitFieldsProps {
  readonly draft: ExperimentDraft
  onDraft(part: Partial<ExperimentDraft>): void
}

const BYTES_OF_MB = 1e6

/** What counts as no difference, figure by figure. */
export function MarginFields({ draft: { margins, marginPercent }, onDraft }: LimitFieldsProps) {
  return (
    <details>
      <summary>A margin of its own for a figure, ± %</summary>
      <div class="form">
        {experimentMetrics.map(({ name, title }) => (
          <OptionalNumberField
            key={name}
            title={title}
            whenEmpty={`${marginPercent}, as all`}
            at={`/margins/${name}`}
            {...experimentBounds.marginPercent}
            value={margins[name] ?? null}
            onValue={value => {
              const { [name]: _, ...others } = margins
              onDraft({ margins: value === null ? others : { ...others, [name]: value } })
            }}
          />
        ))}
      </div>
    </details>
  )
}

/** What ends it early, so that nobody's traffic suffers from it. */
export function GuardFields({ draft: { guards }, onDraft }: LimitFieldsProps) {
  const set = (part: Partial<typeof guards>): void => onDraft({ guards: { ...guards, ...part } })
  const { errorRate, p99Factor, loopDelayMs, rssBytes } = experimentGuardBounds
  return (
    <div class="form">
      <OptionalNumberField
        title="Errors, % of frames"
        whenEmpty="not watched"
        at="/guards/errorRate"
        min={errorRate.min * 100}
        max={errorRate.max * 100}
        value={guards.errorRate === null ? null : guards.errorRate * 100}
        onValue={value => set({ errorRate: value === null ? null : value / 100 })}
      />
      <OptionalNumberField
        title="p99, times the first arm’s"
        whenEmpty="not watched"
        at="/guards/p99Factor"
        {...p99Factor}
        value={guards.p99Factor}
        onValue={value => set({ p99Factor: value })}
      />
      <OptionalNumberField
        title="Event-loop delay, ms"
        whenEmpty="not watched"
        at="/guards/loopDelayMs"
        {...loopDelayMs}
        value={guards.loopDelayMs}
        onValue={value => set({ loopDelayMs: value })}
      />
      <OptionalNumberField
        title="Memory of a worker, MB"
        whenEmpty="not watched"
        at="/guards/rssBytes"
        min={1}
        max={Math.floor(rssBytes.max / BYTES_OF_MB)}
        value={guards.rssBytes === null ? null : guards.rssBytes / BYTES_OF_MB}
        onValue={value => set({ rssBytes: value === null ? null : Math.round(value * BYTES_OF_MB) })}
      />
    </div>
  )
}

export function MarginField({ draft: { marginPercent }, onDraft }: LimitFieldsProps) {
  return (
    <NumberField
      title="No difference within, ± %"
      hint="A change smaller than this does not matter to you."
      at="/margins"
      {...experimentBounds.marginPercent}
      value={marginPercent}
      onValue={value => onDraft({ marginPercent: value })}
    />
  )
}
