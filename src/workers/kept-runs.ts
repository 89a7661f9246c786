/** Long work that shows how it is getting on, and can be cancelled. */
export interface KeptRun {
  readonly report: { readonly id: string }
  readonly isOver: boolean
  /** Resolves when it has ended. */
  cancel(): Promise<void>
}

/** The runs of one kind, of which one at a time goes on and the last `most` are remembered. */
export class KeptRuns<Run extends KeptRun> {
  readonly #kind: string
  readonly #most: number
  /** Oldest first. */
  readonly #runs = new Map<string, Run>()
  #lastNumber = 0

  constructor(kind: string, most: number) {
    this.#kind = kind
    this.#most = most
  }

  /** The one under way; null when there is none. */
  get current(): Run | null {
    return [...this.#runs.values()].find(run => !run.isOver) ?? null
  }

  /** Makes the next run, under an id of its own. */
  begin(make: (id: string) => Run): Run {
    const id = `${this.#kind}-${++this.#lastNumber}`
    const run = make(id)
    this.#runs.set(id, run)
    for (const oldest of [...this.#runs.keys()].slice(0, -this.#most)) this.#runs.delete(oldest)
    return run
  }

  /** Newest first. */
  list(): Run['report'][] {
    return [...this.#runs.values()].map(({ report }) => report).reverse()
  }

  find(id: string): Run['report'] | null {
    return this.#runs.get(id)?.report ?? null
  }

  /** Forgets one that is over; cancels one that is not, and resolves when it has ended. False when there is none. */
  async remove(id: string): Promise<boolean> {
    const run = this.#runs.get(id)
    if (run === undefined) return false
    if (run.isOver) this.#runs.delete(id)
    else await run.cancel()
    return true
  }

  [Symbol.iterator](): IterableIterator<Run> {
    return this.#runs.values()
  }
}
