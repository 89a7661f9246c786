import { Command } from 'commander'
import { dataOf } from '../../client/client.ts'
import { type CtlFlags, told, withCtlFlags } from './context.ts'

/** What the server itself would try next. */
export function doctorCommand(): Command {
  return withCtlFlags(new Command('doctor'))
    .description('Findings in plain words, each with its evidence and what to try.')
    .action((flags: CtlFlags) =>
      told(flags, async client => {
        const diagnosis = await dataOf(client.GET('/api/v1/doctor'))
        if (flags.json) {
          process.stdout.write(`${JSON.stringify(diagnosis)}\n`)
          return
        }
        if (diagnosis.total === 0) process.stdout.write('Nothing to say.\n')
        for (const { severity, summary, advice, trial } of diagnosis.items) {
          process.stdout.write(`${severity}: ${summary}\n  ${advice}\n`)
          if (trial !== null)
            process.stdout.write(`  try: ${trial.method} ${trial.path} ${JSON.stringify(trial.body ?? {})}\n`)
        }
      })
    )
}
