/** Ten minutes at one a second, as the server keeps them. */
export const TIMELINE_POINTS = 600
/** Further apart than this, something is missing between two points, and no line may hide it. */
const GAP_SECONDS = 3.5

type Value = number | null

/** Figures over time by name, in columns, as charts draw them; the oldest leave as new ones come. */
export class Timeline {
  /** Seconds since 1970. */
  readonly times: number[] = []
  readonly #columns = new Map<string, Value[]>()

  get length(): number {
    return this.times.length
  }

  /** Adds one instant; what is older than the last one known is not news. Names not given have no value then. */
  push(time: number, values: Readonly<Record<string, Value>>): void {
    const last = this.times.at(-1)
    if (last !== undefined && time <= last) return
    if (last !== undefined && time - last > GAP_SECONDS) this.#append(last + GAP_SECONDS / 2, {})
    this.#append(time, values)
  }

  column(name: string): readonly Value[] {
    return this.#columns.get(name) ?? this.times.map(() => null)
  }

  at(name: string, index: number): Value {
    return this.#columns.get(name)?.[index] ?? null
  }

  latest(name: string): Value {
    return this.at(name, this.length - 1)
  }

  /** Whether there is any value of it in all this time. */
  isKnown(name: string): boolean {
    return this.#columns.get(name)?.some(value => value !== null) === true
  }

  /** The mean of what is known from `from` (exclusive) to `to` (inclusive); null where nothing is. */
  mean(name: string, from: number, to: number): Value {
    const column = this.#columns.get(name)
    if (column === undefined) return null
    let sum = 0
    let count = 0
    for (const [index, time] of this.times.entries()) {
      const value = column[index] ?? null
      if (time <= from || time > to || value === null) continue
      sum += value
      count++
    }
    return count === 0 ? null : sum / count
  }

  clear(): void {
    this.times.length = 0
    this.#columns.clear()
  }

  #append(time: number, values: Readonly<Record<string, Value>>): void {
    for (const name of Object.keys(values)) {
      if (!this.#columns.has(name))
        this.#columns.set(
          name,
          this.times.map(() => null)
        )
    }
    this.times.push(time)
    for (const [name, column] of this.#columns) column.push(values[name] ?? null)
    if (this.times.length <= TIMELINE_POINTS) return
    this.times.shift()
    for (const column of this.#columns.values()) column.shift()
  }
}
