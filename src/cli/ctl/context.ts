import type { Command } from 'commander'
import type { LabClient } from '../../client/client.ts'
import { clientOf, refusalOf, type ServerFlags, withServerFlags } from '../server-flags.ts'
import { textTable } from '../text-table.ts'

export interface CtlFlags extends ServerFlags {
  readonly json: boolean
}

/** Every ctl command knows where the control plane is and can print JSON. */
export function withCtlFlags(command: Command): Command {
  return withServerFlags(command).option('--json', 'print the answer as JSON', false).exitOverride()
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
    const refusal = refusalOf(error)
    const advice = refusal.status === null ? `; is 'framelab serve' running, and is --url ${flags.url} right?` : ''
    process.stderr.write(`framelab ctl: ${refusal.message}${advice}\n`)
    process.exitCode = 1
  }
}
