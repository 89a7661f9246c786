import { Command } from 'commander'
import { closeCommand, connectionsCommand } from './connection-commands.ts'
import { doctorCommand } from './doctor-command.ts'
import { eventsCommand } from './events-command.ts'
import { auditCommand, drainCommand, restartCommand, serverCommand, workersCommand } from './server-commands.ts'
import { switchesCommand } from './switch-commands.ts'

const examples = `
Examples:
  framelab ctl server
  framelab ctl connections --sort framesReceived --limit 10
  framelab ctl close --worker 2 --min-idle-seconds 60 --dry-run
  framelab ctl switches --preset baseline --ttl 30s
  framelab ctl events --json
  framelab ctl --help, and --help behind each of its commands

--url, or FRAMELAB_URL, says where the control plane listens; --token, FRAMELAB_TOKEN or FRAMELAB_TOKEN_FILE lets one in.
--json prints the answers of the REST API as they are.
The exit code is 0 when it was done, 1 when the server refused or did not answer, 2 for bad usage.`

/** `framelab ctl`: the REST API from a terminal. */
export function ctlCommand(): Command {
  const command = new Command('ctl')
    .description('See and steer a running server through its REST API.')
    .addHelpText('after', examples)
    .exitOverride()
  for (const make of [
    serverCommand,
    workersCommand,
    connectionsCommand,
    closeCommand,
    switchesCommand,
    doctorCommand,
    auditCommand,
    eventsCommand,
    restartCommand,
    drainCommand
  ]) {
    command.addCommand(make())
  }
  return command
}
