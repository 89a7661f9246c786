import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Options, optionsSchema } from '../../contract/options.ts'
import { type RunningServer, runServer } from '../run-server.ts'

export interface OwnServer {
  readonly url: string
  readonly options: Options
  readonly framePort: number
}

/** A whole server on free ports for as long as `use` takes. What it keeps is in a folder of its own and goes with it. */
export async function withOwnServer<Result>(
  given: Partial<Options>,
  use: (server: OwnServer) => Promise<Result>
): Promise<Result> {
  const dataDir = await mkdtemp(join(tmpdir(), 'framelab-'))
  let server: RunningServer | null = null
  try {
    const options = optionsSchema.parse({ framePort: 0, httpPort: 0, logLevel: 'warn', ...given, dataDir })
    server = await runServer(options)
    return await use({ url: `http://127.0.0.1:${server.httpPort}`, options, framePort: server.framePort })
  } finally {
    server?.kill()
    await server?.stopped
    await rm(dataDir, { recursive: true, force: true })
  }
}
