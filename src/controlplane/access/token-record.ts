import { z } from 'zod'
import { type Scope, scopes } from '../../contract/access.ts'
import { digestOf } from './secret.ts'

export const tokenName = z.string().regex(/^[\w.-]{1,64}$/, 'expected 1 to 64 letters, digits, dots, dashes')

export const tokenRecordSchema = z.strictObject({
  name: tokenName,
  scopes: z.array(z.enum(scopes)).min(1),
  sha256: z.string().regex(/^[\da-f]{64}$/, 'expected 64 hexadecimal digits'),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable()
})

/** All that is kept of a token: not the token, but what tells it from others. */
export type TokenRecord = z.output<typeof tokenRecordSchema>

export function recordOf(
  name: string,
  granted: readonly Scope[],
  secret: string,
  expiresAt: Date | null = null
): TokenRecord {
  return {
    name,
    scopes: [...new Set(granted)],
    sha256: digestOf(secret).toString('hex'),
    createdAt: new Date().toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null
  }
}
