import { short } from '../live/units.ts'

export interface PlottedBlock {
  /** Blocks at the same place are compared with each other. */
  readonly place: number
  readonly series: number
  /** CPU per frame, µs; null where none could be measured. */
  readonly value: number | null
  readonly excluded: string | null
}

export interface BlockPlotProps {
  readonly blocks: readonly PlottedBlock[]
  /** Of the series. */
  readonly names: readonly string[]
}

const HEIGHT = 100
const MOST_SERIES = 6

/** Every block as it came: one sees whether the arms keep apart, and whether the machine held still. */
export function BlockPlot({ blocks, names }: BlockPlotProps) {
  const known = blocks.flatMap(block => (block.value === null ? [] : [{ ...block, value: block.value }]))
  if (known.length === 0) return null
  const values = known.map(({ value }) => value)
  const [least, most] = [Math.min(...values), Math.max(...values)]
  const room = (most - least) * 0.1 || most * 0.1
  const height = (value: number): number => HEIGHT - ((value - least + room) / (most - least + 2 * room)) * HEIGHT
  const places = Math.max(...known.map(({ place }) => place)) + 1
  const left = (place: number): string => `${((place + 0.5) / Math.max(6, places)) * 100}%`
  const about = `CPU per frame of ${known.length} blocks, from ${short(least)} to ${short(most)} µs`
  return (
    <figure class="block-plot">
      <figcaption class="row">
        <h3>Blocks as they came</h3>
        <small>CPU per frame, pair by pair</small>
        {names.slice(0, MOST_SERIES).map((name, index) => (
          <small key={name}>
            <i class={`dot series-${index + 1}`} />
            {name}
          </small>
        ))}
      </figcaption>
      <div class="dots" role="img" aria-label={about}>
        <small class="most">{short(most)} µs</small>
        <small class="least">{short(least)} µs</small>
        <div>
          {known.map(({ place, series, value, excluded }) => (
            <i
              key={`${place} ${series}`}
              class={`dot series-${(series % MOST_SERIES) + 1} ${excluded === null ? '' : 'unused'}`}
              title={`${names[series]}, pair ${place + 1}: ${short(value)} µs${excluded === null ? '' : `, not used: ${excluded}`}`}
              style={{ left: left(place), top: `${height(value)}%` }}
            />
          ))}
        </div>
      </div>
    </figure>
  )
}
