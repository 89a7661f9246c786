import { unwatchFile, watchFile } from 'node:fs'
import type { Identity } from '../contract/access.ts'
import { readTokenFile, TokenFileError } from '../controlplane/access/token-file.ts'
import { TokenList } from '../controlplane/access/token-list.ts'
import type { TokenRecord } from '../controlplane/access/token-record.ts'
import type { TokenVerifier } from '../controlplane/plugins/access.ts'

const LOOK_PERIOD_MS = 1000

export interface KeeperLog {
  info(facts: object, message: string): void
  error(facts: object, message: string): void
}

/**
 * The tokens in force: those given, and those of a file, read again when it has changed. A file that cannot be read any
 * more changes nothing: a slip of the editor must not lock everybody out, nor let anybody in.
 */
export class TokenKeeper implements TokenVerifier {
  readonly #given: readonly TokenRecord[]
  readonly #file: string | null
  readonly #log: KeeperLog
  #list: TokenList

  constructor(given: readonly TokenRecord[], file: string | null, log: KeeperLog) {
    this.#given = given
    this.#file = file
    this.#log = log
    this.#list = new TokenList([...given, ...this.#read()])
    if (file !== null) watchFile(file, { interval: LOOK_PERIOD_MS, persistent: false }, this.reload)
  }

  identify(secret: string): Identity | null {
    return this.#list.identify(secret)
  }

  readonly reload = (): void => {
    try {
      const read = this.#read()
      this.#list = new TokenList([...this.#given, ...read])
      this.#log.info({ file: this.#file, tokens: read.length }, `read the tokens again: there are ${read.length}`)
    } catch (error) {
      if (!(error instanceof TokenFileError)) throw error
      this.#log.error({ file: this.#file }, `${error.message}; the tokens read before stay in force`)
    }
  }

  close(): void {
    if (this.#file !== null) unwatchFile(this.#file, this.reload)
  }

  #read(): TokenRecord[] {
    if (this.#file === null) return []
    const records = readTokenFile(this.#file)
    if (records === null) throw new TokenFileError(`there is no file ${this.#file}; 'framelab token add' makes one`)
    return records
  }
}
