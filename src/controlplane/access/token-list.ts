import { timingSafeEqual } from 'node:crypto'
import type { Identity } from '../../contract/access.ts'
import { digestOf } from './secret.ts'
import type { TokenRecord } from './token-record.ts'

/** Who may come in. Another list takes its place whole, so that no request sees half of a change. */
export class TokenList {
  readonly #entries: readonly { readonly digest: Buffer; readonly identity: Identity; readonly expiresMs: number }[]

  constructor(records: readonly TokenRecord[]) {
    this.#entries = records.map(({ name, scopes, sha256, expiresAt }) => ({
      digest: Buffer.from(sha256, 'hex'),
      identity: { name, scopes },
      expiresMs: expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt)
    }))
  }

  /** Whose token it is; null for nobody's, or one that has expired. Takes as long for any guess as for any other. */
  identify(secret: string, nowMs = Date.now()): Identity | null {
    const digest = digestOf(secret)
    let found: Identity | null = null
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest, digest) && nowMs < entry.expiresMs) found = entry.identity
    }
    return found
  }
}
