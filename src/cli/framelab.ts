#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { ctlCommand } from './ctl/ctl.ts'
import { demoCommand } from './demo.ts'
import { compareCommand } from './experiment/compare.ts'
import { exploreCommand } from './experiment/explore.ts'
import { loadCommand } from './load.ts'
import { tellOfLostOutput } from './log-stream.ts'
import { packageInfo } from './package-info.ts'
import { profileCommand } from './profile.ts'
import { serveCommand } from './serve.ts'
import { tokenCommand } from './token.ts'
import { UsageError } from './usage-error.ts'

const program = new Command('framelab')
  .description('A live performance lab around a TCP server for length-prefixed frames.')
  .version(packageInfo.version)
  .exitOverride()
  .addCommand(serveCommand())
  .addCommand(loadCommand())
  .addCommand(demoCommand())
  .addCommand(compareCommand())
  .addCommand(exploreCommand())
  .addCommand(profileCommand())
  .addCommand(ctlCommand())
  .addCommand(tokenCommand())

tellOfLostOutput()
try {
  await program.parseAsync()
} catch (error) {
  if (error instanceof UsageError) {
    process.stderr.write(`framelab: ${error.message}\n`)
    process.exitCode = 2
  } else if (error instanceof CommanderError) {
    // It has said what is wrong already. Help and version are no errors.
    process.exitCode = error.exitCode === 0 ? 0 : 2
  } else {
    throw error
  }
}
