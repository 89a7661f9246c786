import { useSignal } from '@preact/signals'
import { short } from '../live/units.ts'

const FIRST_ROWS = 15
const MOST_ROWS = 200

export interface FunctionRow {
  readonly function: string
  readonly file: string
  readonly line: number
  readonly category: string
  readonly before: number
  readonly after: number
  readonly delta: number
  readonly standardError: number
  readonly change: 'new' | 'vanished' | 'both'
  readonly inclusive: { readonly before: number; readonly after: number; readonly delta: number }
}

export interface FunctionTableProps {
  readonly rows: readonly FunctionRow[]
  readonly unit: string
  readonly isDifference: boolean
}

/** The functions that matter most: by what changed, or, of one profile, by what they cost themselves. */
export function FunctionTable({ rows, unit, isDifference }: FunctionTableProps) {
  const isWhole = useSignal(false)
  const sorted = isDifference
    ? rows
    : [...rows].sort((a, b) => b.after - a.after || b.inclusive.after - a.inclusive.after)
  const shown = sorted.slice(0, isWhole.value ? MOST_ROWS : FIRST_ROWS)
  const headings = isDifference
    ? ['before', 'after', 'change', '±', 'with all it called']
    : ['itself', 'with all it called']
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable to be scrolled by keyboard */}
      <section class="scroll" aria-label="Functions, scrolls sideways" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">
                Function <small>{unit}</small>
              </th>
              {headings.map(heading => (
                <th key={heading} scope="col">
                  {heading}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map(row => (
              <tr key={`${row.function} ${row.file} ${row.line}`}>
                <th scope="row" class="wrap">
                  <code>{row.function}</code>{' '}
                  <small>
                    {row.file === '' ? row.category : `${row.file}:${row.line}`}
                    {isDifference && row.change !== 'both' && `, ${row.change}`}
                  </small>
                </th>
                {isDifference ? <Difference row={row} /> : <Single row={row} />}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {sorted.length > FIRST_ROWS && (
        <button
          type="button"
          class="quiet"
          aria-expanded={isWhole.value}
          onClick={() => {
            isWhole.value = !isWhole.value
          }}
        >
          {isWhole.value ? 'Show fewer functions' : `Show ${Math.min(MOST_ROWS, sorted.length)} functions`}
        </button>
      )}
    </>
  )
}

function Difference({ row }: { readonly row: FunctionRow }) {
  // Two standard errors are 95 %: less than that may be chance.
  const isSure = Math.abs(row.delta) > 2 * row.standardError
  return (
    <>
      <td>{short(row.before)}</td>
      <td>{short(row.after)}</td>
      <td class={isSure ? (row.delta > 0 ? 'worse' : 'better') : ''}>{signed(row.delta)}</td>
      <td>{short(row.standardError)}</td>
      <td>{signed(row.inclusive.delta)}</td>
    </>
  )
}

function Single({ row }: { readonly row: FunctionRow }) {
  return (
    <>
      <td>{short(row.after)}</td>
      <td>{short(row.inclusive.after)}</td>
    </>
  )
}

const signed = (value: number): string => `${value > 0 ? '+' : value < 0 ? '−' : ''}${short(Math.abs(value))}`
