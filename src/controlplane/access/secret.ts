import { createHash, randomBytes } from 'node:crypto'

/** So that scanners of repositories and logs know one when they see it. */
const PREFIX = 'framelab_'
const RANDOM_BYTES = 32

/** Shorter ones could be guessed: a plain hash does not slow down whoever tries. */
export const SHORTEST_SECRET = 32

/** RFC 6750, 2.1: what may stand behind `Bearer`. */
const token68 = /^[\w.~+/-]+=*$/

export function newSecret(): string {
  return PREFIX + randomBytes(RANDOM_BYTES).toString('base64url')
}

/** SHA-256. A slow hash is for what people think up; a secret has 256 random bits. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest()
}

/** What is wrong with a secret that somebody chose; null when nothing is. */
export function secretFault(secret: string): string | null {
  if (secret.length < SHORTEST_SECRET) return `has fewer than ${SHORTEST_SECRET} characters`
  return token68.test(secret) ? null : 'has characters that an Authorization header cannot carry'
}
