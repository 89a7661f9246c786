import { CommanderError } from 'commander'
import { loadCommand } from '../../src/cli/load.ts'

/** A main of its own for the command, so that its tests need no other. */
try {
  await loadCommand().parseAsync()
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
