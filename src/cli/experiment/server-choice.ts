import { type Command, Option } from 'commander'
import type { LabClient } from '../../client/client.ts'
import type { Options } from '../../contract/options.ts'
import { optionsSchema } from '../../contract/options.ts'
import { wholeNumber } from '../load-flags.ts'
import { clientOf } from '../server-flags.ts'
import { withOwnServer } from './own-server.ts'

/** A running server, or one of our own. */
export interface ServerChoice {
  readonly url?: string
  readonly token?: string
  readonly tokenFile?: string
  readonly workers: number
}

export function withServerChoice(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'the control plane of a running server; without it, a server is started').env(
        'FRAMELAB_URL'
      )
    )
    .addOption(new Option('--token <token>', 'token, if that server asks for one').env('FRAMELAB_TOKEN'))
    .addOption(new Option('--token-file <file>', 'file that holds the token').env('FRAMELAB_TOKEN_FILE'))
    .addOption(
      new Option('--workers <count>', 'workers of the server that is started')
        .argParser(wholeNumber({ min: 1, max: 256 }))
        .default(optionsSchema.shape.workers.parse(undefined))
    )
}

/** Throws UsageError. */
export function withServer<Result>(
  { url, token, tokenFile }: ServerChoice,
  own: Partial<Options>,
  use: (client: LabClient) => Promise<Result>
): Promise<Result> {
  if (url === undefined) return withOwnServer(own, server => use(clientOf(server)))
  return use(clientOf({ url, ...(token !== undefined && { token }), ...(tokenFile !== undefined && { tokenFile }) }))
}
