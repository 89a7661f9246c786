import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { type TokenRecord, tokenRecordSchema } from './token-record.ts'

const MOST_TOKENS = 1000
const WRITABLE_BY_OTHERS = 0o002

const tokenFileSchema = z.strictObject({ tokens: z.array(tokenRecordSchema).max(MOST_TOKENS) })

/** A file of tokens that cannot be used: which, and why, in words. */
export class TokenFileError extends Error {
  override name = 'TokenFileError'
  readonly code = 'FRAMELAB_TOKEN_FILE'
}

/** The tokens of a file; null when there is no such file. Throws TokenFileError. */
export function readTokenFile(file: string): TokenRecord[] | null {
  let text: string
  try {
    if ((statSync(file).mode & WRITABLE_BY_OTHERS) !== 0) {
      throw new TokenFileError(`${file} can be written by everybody; run chmod o-w on it`)
    }
    text = readFileSync(file, 'utf8')
  } catch (error) {
    if (error instanceof TokenFileError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw new TokenFileError(`cannot read ${file}: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
  return recordsOf(text, file)
}

/** Replaces the file whole, readable by its owner alone. Throws TokenFileError. */
export function writeTokenFile(file: string, tokens: readonly TokenRecord[]): void {
  writePrivately(file, `${JSON.stringify({ tokens }, null, 2)}\n`, 0o600)
}

/** Throws TokenFileError. The folder is made when it is not there. */
export function writePrivately(file: string, text: string, mode: number): void {
  const draft = `${file}.${process.pid}.new`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o750 })
    writeFileSync(draft, text, { mode: 0o600 })
    // Whatever the umask takes away from the mode of a new file.
    chmodSync(draft, mode)
    renameSync(draft, file)
  } catch (error) {
    rmSync(draft, { force: true })
    throw new TokenFileError(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code}`, { cause: error })
  }
}

function recordsOf(text: string, file: string): TokenRecord[] {
  let content: unknown
  try {
    content = JSON.parse(text)
  } catch (error) {
    // Not what JSON.parse says: it would quote the file.
    throw new TokenFileError(`${file} is not JSON`, { cause: error })
  }
  const result = tokenFileSchema.safeParse(content)
  if (!result.success) {
    const [issue] = result.error.issues
    throw new TokenFileError(`${file}: /${issue?.path.join('/')}: ${issue?.message}`)
  }
  const { tokens } = result.data
  const names = tokens.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new TokenFileError(`${file} has two tokens named '${twice}'`)
  return tokens
}
