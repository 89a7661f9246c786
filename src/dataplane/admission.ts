import { AddressBlock } from '../contract/address-block.ts'
import { networkOf } from '../contract/network-of.ts'
import type { AdmissionReason } from '../contract/reasons.ts'

/** Who may connect, and how much of a worker one address may take. */
export interface AdmissionRules {
  /** Connections at once. */
  readonly maxConnections: number
  /** Connections at once from one address; 0 is no limit. */
  readonly maxConnectionsPerAddress: number
  /** New connections a second from one address, one second's worth of them at once; 0 is no limit. */
  readonly maxConnectionRatePerAddress: number
  /** Addresses or blocks of them, in CIDR notation. None is all. */
  readonly allowNetworks: readonly string[]
  /** Goes before `allowNetworks`. */
  readonly denyNetworks: readonly string[]
}

/** What is known of an address; of IPv6 a whole /64 is one. */
interface Account {
  open: number
  /** Connections it may open at once at `atMs` (token bucket). */
  tokens: number
  atMs: number
}

/** Addresses without a connection that are remembered for their rate; an attacker with more of them has the oldest forgotten. */
const MAX_IDLE_ACCOUNTS = 10_000
const FORGOTTEN_AT_ONCE = 1000

/** Decides at accept, before anything is read or allocated for a peer. */
export class Admission {
  readonly #rules: AdmissionRules
  readonly #allowed: readonly AddressBlock[]
  readonly #denied: readonly AddressBlock[]
  /** In the order in which addresses were last idle; empty while no rule asks for it. */
  readonly #accounts = new Map<string, Account>()
  readonly #keepsAccounts: boolean
  #open = 0

  /** Throws RangeError for what is no network. */
  constructor(rules: AdmissionRules) {
    this.#rules = rules
    this.#allowed = rules.allowNetworks.map(network => AddressBlock.parse(network))
    this.#denied = rules.denyNetworks.map(network => AddressBlock.parse(network))
    this.#keepsAccounts = rules.maxConnectionsPerAddress > 0 || rules.maxConnectionRatePerAddress > 0
  }

  get isFull(): boolean {
    return this.#open >= this.#rules.maxConnections
  }

  /** Takes a connection in, to be given up with `leave`; or says why not. */
  enter(address: string, nowMs: number): AdmissionReason | null {
    if (this.isFull) return 'max_connections'
    if (this.#denied.some(network => network.has(address))) return 'address_denied'
    if (this.#allowed.length > 0 && !this.#allowed.some(network => network.has(address))) return 'address_denied'
    const refusal = this.#keepsAccounts ? this.#debit(networkOf(address), nowMs) : null
    if (refusal === null) this.#open++
    return refusal
  }

  leave(address: string): void {
    this.#open--
    if (this.#keepsAccounts) this.#credit(networkOf(address))
  }

  #credit(address: string): void {
    const account = this.#accounts.get(address)
    if (account === undefined) return
    account.open--
    if (account.open > 0) return
    // Behind those that have been idle for longer.
    this.#accounts.delete(address)
    if (this.#rules.maxConnectionRatePerAddress > 0) this.#accounts.set(address, account)
    this.#forgetOldest()
  }

  /** Takes the address's next connection from its account. */
  #debit(address: string, nowMs: number): AdmissionReason | null {
    const { maxConnectionsPerAddress: most, maxConnectionRatePerAddress: rate } = this.#rules
    const account = this.#accounts.get(address) ?? { open: 0, tokens: Math.max(1, rate), atMs: nowMs }
    if (most > 0 && account.open >= most) return 'address_connections'
    if (rate > 0) {
      account.tokens = Math.min(Math.max(1, rate), account.tokens + ((nowMs - account.atMs) / 1000) * rate)
      account.atMs = nowMs
      if (account.tokens < 1) return 'address_rate'
      account.tokens--
    }
    account.open++
    this.#accounts.set(address, account)
    return null
  }

  /** A lot at once: a map from whose front single entries are taken is looked through from the beginning each time. */
  #forgetOldest(): void {
    if (this.#accounts.size < this.#open + MAX_IDLE_ACCOUNTS + FORGOTTEN_AT_ONCE) return
    let left = FORGOTTEN_AT_ONCE
    for (const [address, { open }] of this.#accounts) {
      if (open > 0) continue
      this.#accounts.delete(address)
      if (--left === 0) return
    }
  }
}
