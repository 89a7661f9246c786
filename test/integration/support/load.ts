import type { TestContext } from 'node:test'
import { type Program, startFramelab } from './processes.ts'
import type { ServerProcess } from './server.ts'

export interface LoadResult {
  readonly sent: number
  readonly acked: number
  readonly lost: number
  readonly errors: Readonly<Record<string, number>>
  readonly ackedPerSecond: number
}

export interface RunningLoad {
  readonly program: Program
  /** Ends by itself after `--duration`, or by SIGINT before. */
  readonly result: Promise<{ readonly code: number | null; readonly figures: LoadResult }>
}

/** `framelab load --json` against this server. */
export function startLoad(t: TestContext, server: ServerProcess, args: readonly string[]): RunningLoad {
  const program = startFramelab(t, ['load', `127.0.0.1:${server.framePort}`, '--json', '--warm-up', '0s', ...args])
  const result = program.ended.then(({ code, stdout, stderr }) => {
    if (!stdout.startsWith('{')) throw new Error(`the load gave no figures, exit ${code}: ${stderr}`)
    return { code, figures: JSON.parse(stdout) as LoadResult }
  })
  // Whoever awaits it sees the fault; a test that failed before need not.
  result.catch(() => {})
  return { program, result }
}
