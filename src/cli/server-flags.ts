import { readFileSync } from 'node:fs'
import { type Command, Option } from 'commander'
import { createLabClient, type LabClient, LabError } from '../client/client.ts'
import { UsageError } from './usage-error.ts'

/** Where the control plane of a running server is, and what it lets one in for. */
export interface ServerFlags {
  readonly url: string
  readonly token?: string
  readonly tokenFile?: string
}

/** What FRAMELAB_TOKEN may say to `framelab serve`, and is no token. */
const modes = ['auto', 'none', 'environment']

/** Every command that talks to a running server has these. */
export function withServerFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'where the control plane listens').env('FRAMELAB_URL').default('http://127.0.0.1:8889')
    )
    .addOption(new Option('--token <token>', 'token, if the server asks for one').env('FRAMELAB_TOKEN'))
    .addOption(new Option('--token-file <file>', 'file that holds the token').env('FRAMELAB_TOKEN_FILE'))
}

/** The token itself comes before the file. Throws UsageError. */
export function tokenOf({ token, tokenFile }: ServerFlags): string | null {
  if (token !== undefined && !modes.includes(token)) return token
  if (tokenFile === undefined) return null
  try {
    return readFileSync(tokenFile, 'utf8').trim()
  } catch (error) {
    throw new UsageError(`cannot read the token file ${tokenFile}: ${(error as NodeJS.ErrnoException).code}`)
  }
}

/** The header that lets a request in; none without a token. */
export function authorizationOf(flags: ServerFlags): Record<string, string> {
  const token = tokenOf(flags)
  return token === null ? {} : { authorization: `Bearer ${token}` }
}

/** Throws UsageError. */
export function clientOf(flags: ServerFlags): LabClient {
  const { url } = flags
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--url cannot be '${url}': it must be a URL such as http://127.0.0.1:8889`)
  }
  return createLabClient(url, tokenOf(flags))
}

/**
 * What a person is told of this error: what the server refused, or that it gave what no framelab gives. Throws every other
 * error.
 */
export function refusalOf(error: unknown): LabError {
  if (error instanceof LabError) return error
  if (!(error instanceof TypeError || error instanceof SyntaxError)) throw error
  return new LabError(`what answers is no framelab, or of another version (${error.message})`, null, { cause: error })
}
