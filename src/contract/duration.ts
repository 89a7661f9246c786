const unitsMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const
type Unit = keyof typeof unitsMs

const brand = Symbol.for('framelab.DurationError')

/** A text that is not a duration. The message names it and says what is. */
export class DurationError extends Error {
  readonly [brand] = true
  readonly code = 'FRAMELAB_DURATION'
  readonly value: string

  constructor(value: string) {
    super(`'${value}' is not a duration: write a whole number and a unit, such as 500ms, 5s, 2m or 1h`)
    this.name = 'DurationError'
    this.value = value
  }

  /** Holds across two copies of the package, where instanceof would not. */
  static is(error: unknown): error is DurationError {
    return typeof error === 'object' && error !== null && brand in error
  }
}

/** Milliseconds of `500ms`, `5s`, `2m` or `1h`. Throws DurationError. */
export function parseDuration(text: string): number {
  const [, count, unit] = /^(0|[1-9]\d*)(ms|s|m|h)$/.exec(text) ?? []
  const durationMs = Number(count) * unitsMs[unit as Unit]
  if (!Number.isSafeInteger(durationMs)) throw new DurationError(text)
  return durationMs
}

/** The same in the largest unit that needs no fraction, so that `parseDuration` gives back just as many milliseconds. */
export function formatDuration(durationMs: number): string {
  const unit = (['h', 'm', 's'] as const).find(candidate => durationMs % unitsMs[candidate] === 0) ?? 'ms'
  return durationMs === 0 ? '0s' : `${durationMs / unitsMs[unit]}${unit}`
}
