import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { scopes } from '../contract/access.ts'
import type { Options } from '../contract/options.ts'
import { newSecret, secretFault } from '../controlplane/access/secret.ts'
import { readTokenFile, TokenFileError, writePrivately, writeTokenFile } from '../controlplane/access/token-file.ts'
import { TokenList } from '../controlplane/access/token-list.ts'
import { recordOf, type TokenRecord } from '../controlplane/access/token-record.ts'
import { isLoopbackAddress } from '../controlplane/host-policy.ts'
import { type KeeperLog, TokenKeeper } from './token-keeper.ts'
import { UsageError } from './usage-error.ts'

const OPERATOR = 'operator'
const READER = 'reader'
/** A group may read it: Prometheus runs as another user. */
const READ_TOKEN_MODE = 0o640

export interface OpenAccess {
  /** null: whoever reaches the port may use it. */
  readonly tokens: TokenKeeper | null
  /** The operator's token, when it was made just now: nobody will see it again. */
  readonly newToken: string | null
}

/** Makes and reads the tokens that the options ask for. Throws UsageError. */
export function openAccess(options: Options, secret: string | null, log: KeeperLog): OpenAccess {
  const { token, httpHost } = options
  const file = tokensFileOf(options)
  if (token === 'none' && file === null) {
    if (isLoopback(httpHost)) return { tokens: null, newToken: null }
    throw new UsageError(
      `the control plane would listen on ${httpHost}, where others can reach it, and let everybody in; ` +
        'add --token auto, set FRAMELAB_TOKEN to a secret, or name a --tokens-file'
    )
  }
  try {
    const newToken = token === 'auto' && file !== null ? makeTokens(file, readTokenFileOf(options)) : null
    return { tokens: new TokenKeeper(givenTokens(token, secret), file, log), newToken }
  } catch (error) {
    if (error instanceof TokenFileError) throw new UsageError(error.message)
    throw error
  }
}

/** Where the tokens are kept; null when they are not. */
export function tokensFileOf({ token, tokensFile, dataDir }: Pick<Options, 'token' | 'tokensFile' | 'dataDir'>) {
  if (tokensFile !== '') return tokensFile
  return token === 'auto' ? join(dataDir, 'tokens.json') : null
}

function readTokenFileOf({ readTokenFile: file, dataDir }: Options): string {
  return file === '' ? join(dataDir, 'read-token') : file
}

function givenTokens(token: Options['token'], secret: string | null): TokenRecord[] {
  if (token !== 'environment') return []
  if (secret === null) throw new UsageError('--token is environment, and FRAMELAB_TOKEN holds no secret')
  const fault = secretFault(secret)
  if (fault !== null) throw new UsageError(`FRAMELAB_TOKEN cannot be used: it ${fault}; 'auto' makes a good one`)
  return [recordOf('environment', scopes, secret)]
}

/** Sees to it that there are tokens, and that the file for Prometheus holds one of them. The operator's, if it is new. */
function makeTokens(file: string, readToken: string): string | null {
  let records = readTokenFile(file)
  const secret = records === null ? newSecret() : null
  if (secret !== null) records = [recordOf(OPERATOR, scopes, secret)]
  if (!isOneOf(records ?? [], readToken)) {
    const readSecret = newSecret()
    records = [...(records ?? []).filter(({ name }) => name !== READER), recordOf(READER, ['read'], readSecret)]
    writeTokenFile(file, records)
    writePrivately(readToken, readSecret, READ_TOKEN_MODE)
  } else if (secret !== null) writeTokenFile(file, records ?? [])
  return secret
}

function isOneOf(records: readonly TokenRecord[], file: string): boolean {
  try {
    return new TokenList(records).identify(readFileSync(file, 'utf8').trim()) !== null
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw new TokenFileError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || isLoopbackAddress(host)
}
