const brand = Symbol.for('framelab.MalformedProfileError')

/** Something is not a profile of V8. The message says what is wrong with it, and where. */
export class MalformedProfileError extends Error {
  readonly [brand] = true
  readonly code = 'FRAMELAB_MALFORMED_PROFILE'
  /** Where in the profile, such as `nodes[3].callFrame`. */
  readonly place: string

  constructor(place: string, rule: string) {
    super(`${place} ${rule}`)
    this.name = 'MalformedProfileError'
    this.place = place
  }

  /** Holds across two copies of the package, where instanceof would not. */
  static is(error: unknown): error is MalformedProfileError {
    return typeof error === 'object' && error !== null && brand in error
  }
}
