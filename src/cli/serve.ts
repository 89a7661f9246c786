import { Command } from 'commander'
import { environmentName, type Options } from '../contract/options.ts'
import { addConfigurationFlags, readConfiguration } from './configuration.ts'
import { formatAddress } from './load-flags.ts'
import { ownAddress } from './load-runs.ts'
import { outliveOutput } from './log-stream.ts'
import { type RunningServer, runServer } from './run-server.ts'
import { StopSignals } from './stop-signals.ts'

const examples = `
Examples:
  framelab serve                                        frames on 8888, control plane on 8889
  framelab serve --preset baseline --workers 2          start naive, on two processes
  framelab serve --frame-port 0 --http-port 0           any free ports
  framelab serve --http-host 0.0.0.0 --token auto       for others too, who need a token then
  framelab serve --config lab.json --print-config       what would be in force
  FRAMELAB_IDLE_TIMEOUT_MS=60000 framelab serve         the same options by environment

Flags come before the environment, the environment before the file. Stop it with Ctrl-C: it answers what has come, then
exits with 0. A second Ctrl-C ends it at once, and what was under way is lost.`

/** `framelab serve`: the frame server and its control plane, until stopped. */
export function serveCommand(): Command {
  const command = new Command('serve')
    .description('Serve frames, with a control plane that measures and switches while traffic flows.')
    .option('--print-config', 'print the options in force as JSON, and exit')
    .addHelpText('after', examples)
    .exitOverride()
    .action(serve)
  return addConfigurationFlags(command)
}

async function serve(flags: Record<string, unknown>): Promise<void> {
  const options = readConfiguration(flags, process.env)
  if (flags.printConfig === true) {
    process.stdout.write(`${JSON.stringify(options, null, 2)}\n`)
    return
  }
  outliveOutput()
  const secret = takeSecret(options, process.env)
  const onNewToken = (token: string): void => void process.stdout.write(tokenNotice(token))
  const signals = new StopSignals()
  const server = await runServer(options, { secret, onNewToken })
  process.stdout.write(welcome(options, server))
  signals.stop(server)
  // Closing a terminal sends the same signal, and is to end what runs in it.
  if (!process.stdout.isTTY) process.on('SIGHUP', () => server.reload())
  await server.stopped
}

/** Out of the environment: the workers and the load processes inherit it, and have no use for the secret. */
function takeSecret({ token }: Options, environment: NodeJS.ProcessEnv): string | null {
  const name = environmentName('token')
  const { [name]: secret = null } = environment
  delete environment[name]
  return token === 'environment' && secret !== 'environment' ? secret : null
}

function tokenNotice(token: string): string {
  return `Token of the operator, shown this once; 'framelab ctl' takes it from FRAMELAB_TOKEN:

  ${token}

`
}

function welcome(
  { frameHost, httpHost, workers, preset, token, tokensFile, tlsCertFile, httpTlsCertFile }: Options,
  { framePort, httpPort }: RunningServer
): string {
  const http = `${httpTlsCertFile === '' ? 'http' : 'https'}://${fromHere(httpHost, httpPort)}`
  const load = `npx framelab load ${tlsCertFile === '' ? '' : '--tls --tls-insecure '}${fromHere(frameHost, framePort)}`
  const authorization = token === 'none' && tokensFile === '' ? '' : ` -H "authorization: Bearer $FRAMELAB_TOKEN"`
  return `framelab serves frames on ${formatAddress({ host: frameHost, port: framePort })} with ${workers} worker${workers === 1 ? '' : 's'}, switches as in '${preset}'.

  dashboard      ${http}/
  API and docs   ${http}/documentation
  metrics        ${http}/metrics

Try next, in another terminal:
  ${load}
  curl ${http}/api/v1/server${authorization}
  curl -X PATCH ${http}/api/v1/optimizations${authorization} -H 'content-type: application/json' -d '{"preset":"baseline"}'

Ctrl-C answers what has come, then stops.
`
}

const fromHere = (host: string, port: number): string => formatAddress({ host: ownAddress(host), port })
