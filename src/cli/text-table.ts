import { madePlain } from '../contract/plain-text.ts'

/**
 * Columns side by side: text to the left, numbers to the right, and so the columns in `numeric`, whose numbers are written
 * already. The first row is the header.
 */
export function textTable(
  rows: readonly (readonly (string | number)[])[],
  numeric: ReadonlySet<number> = new Set()
): string {
  const [header = [], ...body] = rows
  const widths = header.map((_, column) => Math.max(...rows.map(row => textOf(row[column] ?? '').length)))
  const isNumeric = header.map(
    (_, column) => numeric.has(column) || (body.length > 0 && body.every(row => typeof row[column] === 'number'))
  )
  const line = (row: readonly (string | number)[]): string =>
    row
      .map((cell, column) => {
        const text = textOf(cell)
        return isNumeric[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)
      })
      .join('  ')
      .trimEnd()
  return `${rows.map(line).join('\n')}\n`
}

/** What others have written may hold what does something to a terminal. */
const textOf = (cell: string | number): string => (typeof cell === 'number' ? numberText(cell) : madePlain(cell))

/** Short, and never in another unit: 12345.678 is 12345.7. */
function numberText(value: number): string {
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(Math.abs(value) >= 1000 ? 6 : 4))}`
}
