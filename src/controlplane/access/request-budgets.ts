export interface BudgetOptions {
  /** What each client gets back. */
  readonly perSecond: number
  /** The most that a client can have saved. */
  readonly most: number
  /** How many clients are remembered; of more, the one that has asked least recently begins anew. */
  readonly clients: number
  readonly clockMs: () => number
}

interface Account {
  left: number
  sinceMs: number
}

/** A token bucket for each client: how much it may still ask for. Memory is bounded, whoever comes. */
export class RequestBudgets {
  readonly #options: BudgetOptions
  /** Least recently used first. */
  readonly #accounts = new Map<string, Account>()

  constructor(options: BudgetOptions) {
    this.#options = options
  }

  /** 0 when the client could pay; else nothing is taken, and it is how many seconds to wait until it can. */
  spend(client: string, cost: number): number {
    const { perSecond, most, clients, clockMs } = this.#options
    const nowMs = clockMs()
    const account = this.#accounts.get(client) ?? { left: most, sinceMs: nowMs }
    account.left = Math.min(most, account.left + ((nowMs - account.sinceMs) / 1000) * perSecond)
    account.sinceMs = nowMs
    this.#accounts.delete(client)
    this.#accounts.set(client, account)
    if (this.#accounts.size > clients) this.#forgetOldest()
    if (account.left < cost) return (cost - account.left) / perSecond
    account.left -= cost
    return 0
  }

  #forgetOldest(): void {
    const [oldest] = this.#accounts.keys()
    if (oldest !== undefined) this.#accounts.delete(oldest)
  }
}
