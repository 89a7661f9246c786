import { Argument, Command, Option } from 'commander'
import { formatDuration } from '../contract/duration.ts'
import { type Bounds, loadBounds } from '../loadgen/load-definition.ts'
import { LoadRun } from '../loadgen/load-run.ts'
import { LoadConnectError } from '../loadgen/open-clients.ts'
import { answerCommands, type WireDialect, wireDialects } from '../protocol/wire.ts'
import { type Address, address, duration, formatAddress, wholeNumber } from './load-flags.ts'
import { progressView } from './load-progress-view.ts'
import { resultTable } from './load-report.ts'

interface LoadFlags {
  readonly connections: number
  readonly inFlight: number
  readonly payload: number
  readonly duration: number
  readonly warmUp: number
  readonly wire: WireDialect
  readonly json: boolean
}

const examples = `
Examples:
  framelab load                                    the server that 'framelab serve' starts, for 10 s
  framelab load 10.0.0.7:8888 --duration 1m        another host
  framelab load --connections 1 --in-flight 1      what one request costs, with nothing else going on
  framelab load --connections 1000 --in-flight 50 --payload 1000
  framelab load --json > before.json               for machines: one JSON object on stdout

The exit code is 0 when every Submit was acked as it should, 1 when any was lost or went wrong, 2 for bad usage.`

/**
 * `framelab load`: it is the load process, so the run is in it. Bad usage is thrown as CommanderError, because only the
 * main command decides on exit codes.
 */
export function loadCommand(): Command {
  return new Command('load')
    .description('Send Submits to a server of this protocol, check every ack, and measure throughput and latency.')
    .addArgument(
      new Argument('[HOST:PORT]', 'the server')
        .argParser(address(loadBounds.port))
        .default({ host: '127.0.0.1', port: 8888 }, '127.0.0.1:8888')
    )
    .addOption(countOption('--connections <count>', 'connections to open', loadBounds.connections, 50))
    .addOption(countOption('--in-flight <count>', 'Submits outstanding on each connection', loadBounds.inFlight, 100))
    .addOption(countOption('--payload <bytes>', 'payload of each Submit', loadBounds.payloadBytes, 20))
    .addOption(durationOption('--duration <time>', 'how long to measure', loadBounds.durationMs, 10_000))
    .addOption(durationOption('--warm-up <time>', 'load before that, not measured', loadBounds.warmUpMs, 1000))
    .addOption(
      new Option('--wire <dialect>', `command of an ack: ${wireDialects.map(ackCommandInWords).join(', ')}`)
        .choices(wireDialects)
        .default('compiled')
    )
    .option('--json', 'print one JSON object', false)
    .addHelpText('after', examples)
    .exitOverride()
    .action(load)
}

function ackCommandInWords(dialect: WireDialect): string {
  return `0x${answerCommands[dialect].SubmitAck.toString(16)} is '${dialect}'`
}

function countOption(flags: string, description: string, bounds: Bounds, standard: number): Option {
  return new Option(flags, description).argParser(wholeNumber(bounds)).default(standard)
}

function durationOption(flags: string, description: string, bounds: Bounds, standard: number): Option {
  return new Option(flags, description).argParser(duration(bounds)).default(standard, formatDuration(standard))
}

async function load(server: Address, flags: LoadFlags): Promise<void> {
  const progress = progressView(process.stderr)
  const run = new LoadRun(
    {
      ...server,
      connections: flags.connections,
      inFlight: flags.inFlight,
      payloadBytes: flags.payload,
      durationMs: flags.duration,
      warmUpMs: flags.warmUp,
      dialect: flags.wire
    },
    { onProgress: report => progress.show(report) }
  )
  // Once: a second Ctrl-C ends the process without waiting for outstanding acks.
  const stop = (): void => void run.stop()
  process.once('SIGINT', stop).once('SIGTERM', stop)
  let notConnected: LoadConnectError | null = null
  try {
    await run.start()
  } catch (error) {
    if (!(error instanceof LoadConnectError)) throw error
    notConnected = error
  }
  const figures = await run.finished
  process.off('SIGINT', stop).off('SIGTERM', stop)
  progress.end()

  if (flags.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
  else if (notConnected === null) process.stdout.write(heading(server, flags) + resultTable(figures))
  if (notConnected !== null) fail(connectAdvice(notConnected))
  else if (run.firstFault !== null) fail(`not all went well, first: ${run.firstFault}`)
  else if (figures.lost > 0) fail('not every Submit was acked')
  if (figures.seconds === 0 && notConnected === null) complain('nothing was measured, the run ended during its warm-up')
}

function connectAdvice({ message }: LoadConnectError): string {
  return `${message}. Is a server listening there? Start one with 'framelab serve'`
}

function heading(server: Address, flags: LoadFlags): string {
  const { connections, inFlight, payload } = flags
  const load = `${connections} connections, ${inFlight} in flight on each, ${payload} bytes of payload`
  return `${formatAddress(server)}: ${load}\n\n`
}

function fail(sentence: string): void {
  complain(sentence)
  process.exitCode = 1
}

function complain(sentence: string): void {
  process.stderr.write(`framelab load: ${sentence}.\n`)
}
