import { CommanderError } from 'commander'
import { loadCommand } from '../../src/cli/load.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

/** A main of its own for the command, so that its tests need no other. */
try {
  await loadCommand().parseAsync()
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`framelab: ${error.message}\n`)
    process.exitCode = 2
  } else if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2
  else throw error
}
