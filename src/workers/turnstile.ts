import { UnavailableError } from '../controlplane/lab.ts'

/** More is asked for than can be done soon. */
export class TooBusyError extends UnavailableError {
  override readonly code = 'FRAMELAB_TOO_BUSY'

  constructor(what: string) {
    super(`too many ${what} at once; try again in a second`)
    this.name = 'TooBusyError'
  }
}

/** Lets so many through at once. So many others wait in line, and whoever comes then is turned away. */
export class Turnstile {
  readonly #what: string
  readonly #atOnce: number
  readonly #mostWaiting: number
  readonly #waiting: (() => void)[] = []
  #inside = 0

  constructor(what: string, atOnce: number, mostWaiting: number) {
    this.#what = what
    this.#atOnce = atOnce
    this.#mostWaiting = mostWaiting
  }

  /** Rejects with TooBusyError, or as the work does. */
  async pass<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#inside < this.#atOnce) this.#inside++
    else if (this.#waiting.length >= this.#mostWaiting) throw new TooBusyError(this.#what)
    else await new Promise<void>(resolve => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      // Who comes next takes the place, so that nobody slips in between.
      if (next === undefined) this.#inside--
      else next()
    }
  }
}
