import { microseconds } from '../live/units.ts'

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
  /** How many there are to be. */
  readonly pairs: number
}

const HEIGHT = 100
const MOST_SERIES = 6

/** Every block as it came: one sees whether the arms keep apart, and whether the machine held still. */
export function BlockPlot({ blocks, names, pairs }: BlockPlotProps) {
  const known = blocks.flatMap(block => (block.value === null ? [] : [{ ...block, value: block.value }]))
  const values = known.map(({ value }) => value)
  const [least, most] = values.length === 0 ? [0, 0] : [Math.min(...values), Math.max(...values)]
  const room = (most - least) * 0.1 || most * 0.1 || 1
  const height = (value: number): number => HEIGHT - ((value - least + room) / (most - least + 2 * room)) * HEIGHT
  const left = (place: number): string => `${((place + 0.5) / pairs) * 100}%`
  const about = `CPU per frame of ${known.length} blocks, from ${microseconds(least)} to ${microseconds(most)}`
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
        <small class="most">{values.length === 0 ? '–' : microseconds(most)}</small>
        <small class="least">{values.length === 0 ? '–' : microseconds(least)}</small>
        <div>
          {known.map(({ place, series, value, excluded }) => (
            <i
              key={`${place} ${series}`}
              class={`dot series-${(series % MOST_SERIES) + 1} ${excluded === null ? '' : 'unused'}`}
              title={`${names[series]}, pair ${place + 1}: ${microseconds(value)}${excluded === null ? '' : `, not used: ${excluded}`}`}
              style={{ left: left(place), top: `${height(value)}%` }}
            />
          ))}
        </div>
      </div>
    </figure>
  )
}
