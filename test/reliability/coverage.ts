import { type Profiler, Session } from 'node:inspector'

/** Which blocks of the code under test have run, by V8's own precise coverage. */
export class Coverage {
  readonly #session = new Session()
  readonly #of: RegExp
  readonly #seen = new Set<string>()

  /** Counts in the scripts whose address fits. */
  constructor(of: RegExp) {
    this.#of = of
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  }

  get blocks(): number {
    return this.#seen.size
  }

  /** Notes what has run since the last time, and returns the blocks among it that never ran before. */
  take(): Set<string> {
    const fresh = new Set<string>()
    for (const block of this.#ran()) if (!this.#seen.has(block)) fresh.add(block)
    for (const block of fresh) this.#seen.add(block)
    return fresh
  }

  /** Which of `blocks` have run since the last time. */
  ranOf(blocks: ReadonlySet<string>): string[] {
    return this.#ran().filter(block => blocks.has(block))
  }

  #ran(): string[] {
    let result: Profiler.ScriptCoverage[] = []
    // The callback comes before `post` returns: the session is in this thread.
    this.#session.post('Profiler.takePreciseCoverage', (error, taken) => {
      if (error !== null) throw error
      result = taken.result
    })
    return result
      .filter(({ url }) => this.#of.test(url))
      .flatMap(({ url, functions }) =>
        functions
          .flatMap(({ ranges }) => ranges)
          .filter(({ count }) => count > 0)
          .map(({ startOffset, endOffset }) => `${url}:${startOffset}-${endOffset}`)
      )
  }

  stop(): void {
    this.#session.disconnect()
  }
}
