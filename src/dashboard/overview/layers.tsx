import type { OptimizationLayer } from '../../contract/server-report.ts'
import { instant, snapshot } from '../live/lab.ts'
import { duration } from '../live/units.ts'
import { Action } from '../parts/action.tsx'

/** Changes that end by themselves, and how long they still hold. */
export function Layers({ layers }: { readonly layers: readonly OptimizationLayer[] }) {
  instant.value
  if (layers.length === 0) return null
  const now = Date.parse(snapshot.value?.at ?? new Date().toISOString())
  return (
    <div class="layers">
      <h3>Ending by themselves</h3>
      <ul>
        {layers.map(({ id, switches, by, expiresAt }) => (
          <li key={id}>
            <span>
              {Object.entries(switches)
                .map(([name, enabled]) => `${name} ${enabled ? 'on' : 'off'}`)
                .join(', ')}{' '}
              by {by}, {duration(Math.max(0, (Date.parse(expiresAt) - now) / 1000))} left
            </span>
            <Action
              request={{ method: 'DELETE', path: `/api/v1/optimizations/layers/${id}` }}
              name={`End now: layer ${id}`}
            >
              End now
            </Action>
          </li>
        ))}
      </ul>
    </div>
  )
}
