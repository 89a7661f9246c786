import { type Command, Option } from 'commander'
import { createLabClient, type LabClient, LabError } from '../../client/client.ts'
import { textTable } from '../text-table.ts'
import { UsageError } from '../usage-error.ts'

export interface CtlFlags {
  readonly url: string
  readonly json: boolean
}

/** Every ctl command knows where the control plane is and can print JSON. */
export function withCtlFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--url <url>', 'where the control plane listens').env('FRAMELAB_URL').default('http://127.0.0.1:8889')
    )
    .option('--json', 'print the answer as JSON', false)
    .exitOverride()
}

export function clientOf({ url }: CtlFlags): LabClient {
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new UsageError(`--url cannot be '${url}': it must be a URL such as http://127.0.0.1:8889`)
  }
  return createLabClient(url)
}

/** Prints the answer as JSON, or as the rows made of it. */
export function print<Answer>(
  answer: Answer,
  { json }: CtlFlags,
  rows: (answer: Answer) => (string | number)[][]
): void {
  process.stdout.write(json ? `${JSON.stringify(answer)}\n` : textTable(rows(answer)))
}

/** Runs a command; what the control plane refuses is told in one sentence, with exit code 1. */
export async function told(flags: CtlFlags, action: (client: LabClient) => Promise<void>): Promise<void> {
  try {
    await action(clientOf(flags))
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const advice = error.status === null ? `; is 'framelab serve' running, and is --url ${flags.url} right?` : ''
    process.stderr.write(`framelab ctl: ${error.message}${advice}\n`)
    process.exitCode = 1
  }
}
