/** A promise that is settled from outside. */
export class Deferred<Value> {
  resolve!: (value: Value) => void
  reject!: (error: Error) => void
  readonly promise = new Promise<Value>((resolve, reject) => {
    this.resolve = resolve
    this.reject = reject
  })

  constructor() {
    // Nobody may be waiting for this one; who does is told all the same.
    this.promise.catch(() => {})
  }
}
