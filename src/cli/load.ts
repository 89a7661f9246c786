import { Argument, Command, Option } from 'commander'
import { formatDuration } from '../contract/duration.ts'
import { arrivals, type Bounds, loadBounds, loadDefaults } from '../contract/load-bounds.ts'
import { answerCommands, type WireDialect, wireDialects } from '../protocol/wire.ts'
import { type Address, address, anotherThreshold, duration, payload, processCount, wholeNumber } from './load-flags.ts'
import { loadMax } from './load-max.ts'
import { loadOnce } from './load-once.ts'
import { conflictOf, type LoadFlags, stepDefaults } from './load-plan.ts'

const examples = `
Closed loop, as long as no --rate is given: each connection keeps --in-flight Submits outstanding, and the next is sent
when an ack comes. Open loop with --rate: Submits are due on a schedule whatever the server does, latency counts from
when each was due, and --in-flight is the most a connection has outstanding; what is due beyond that waits and is charged.

Examples:
  framelab load                                    the server that 'framelab serve' starts, for 10 s
  framelab load 10.0.0.7:8888 --duration 1m        another host
  framelab load --connections 1 --in-flight 1      what one request costs, with nothing else going on
  framelab load --connections 1000 --in-flight 50 --payload 64..4096
  framelab load --rate 50000 --arrival poisson     what users see who do not wait for each other
  framelab load --rate 20000 --ramp 10s --fail-if 'p99>5ms' --fail-if 'lost>0'
  framelab load --find-max --slo 'p99<5ms'         the highest rate that keeps the promise, and the way there
  framelab load --processes auto                   as many load processes as it takes
  framelab load --rate 1000 --histogram run.hlog   latencies second by second, for the tools of HdrHistogram
  framelab load --json > before.json               for machines: one JSON object on stdout

The exit code is 0 when every Submit was acked as it should and no --fail-if came true (with --find-max: when a rate was
found), 1 otherwise, 2 for bad usage.`

/**
 * `framelab load`: it is the load process, so the run is in it, unless it takes several. Bad usage is thrown as
 * CommanderError, because only the main command decides on exit codes.
 */
export function loadCommand(): Command {
  return new Command('load')
    .description('Send Submits to a server of this protocol, check every ack, and measure throughput and latency.')
    .addArgument(
      new Argument('[HOST:PORT]', 'the server')
        .argParser(address(loadBounds.port))
        .default({ host: '127.0.0.1', port: 8888 }, '127.0.0.1:8888')
    )
    .addOption(
      countOption('--connections <count>', 'connections to open', loadBounds.connections, loadDefaults.connections)
    )
    .addOption(
      countOption('--in-flight <count>', 'Submits outstanding on each', loadBounds.inFlight, loadDefaults.inFlight)
    )
    .addOption(
      new Option('--rate <frames/s>', 'open loop: Submits due a second, over all connections').argParser(
        wholeNumber(loadBounds.rate)
      )
    )
    .addOption(new Option('--arrival <kind>', 'how those are spaced').choices(arrivals).default(loadDefaults.arrival))
    .addOption(
      new Option('--payload <bytes>', 'payload of each Submit: a length, or a range such as 64..4096')
        .argParser(payload(loadBounds.payloadBytes))
        .default(loadDefaults.payloadBytes)
    )
    .addOption(
      new Option('--seed <number>', 'of what is random: the same seed gives the same load').argParser(
        wholeNumber(loadBounds.seed)
      )
    )
    .addOption(
      durationOption('--duration <time>', 'how long to measure', loadBounds.durationMs, loadDefaults.durationMs)
    )
    .addOption(
      durationOption('--warm-up <time>', 'load before that, not measured', loadBounds.warmUpMs, loadDefaults.warmUpMs)
    )
    .addOption(
      durationOption('--ramp <time>', 'before all, rate or connections rise', loadBounds.rampMs, loadDefaults.rampMs)
    )
    .addOption(
      new Option('--processes <count>', "load processes that share the work; 'auto' takes as many as are needed")
        .argParser(processCount(loadBounds.processes))
        .default(loadDefaults.processes)
    )
    .addOption(
      new Option('--wire <dialect>', `command of an ack: ${wireDialects.map(ackCommandInWords).join(', ')}`)
        .choices(wireDialects)
        .default('compiled')
    )
    .option('--tls', 'by TLS, to a server whose certificate is for the name given', false)
    .option('--tls-ca <file>', 'whom to trust (PEM) instead of those that Node trusts')
    .option('--tls-cert <file>', 'certificate (PEM) to show, where the server asks for one')
    .option('--tls-key <file>', 'its key (PEM)')
    .option('--tls-insecure', "take any certificate, also one that is somebody else's", false)
    .addOption(
      new Option(
        '--fail-if <threshold>',
        "exit with 1 if this came true, such as 'p99>5ms'; can be repeated"
      ).argParser(anotherThreshold)
    )
    .option('--find-max', 'search the highest rate that keeps the promise of --slo', false)
    .addOption(
      new Option('--slo <threshold>', "the promise, such as 'p99<5ms'; can be repeated").argParser(anotherThreshold)
    )
    .option('--histogram <file>', 'write all latencies in the log format of HdrHistogram')
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

async function load(server: Address, flags: LoadFlags, command: Command): Promise<void> {
  const conflict = conflictOf(flags, flag => command.getOptionValueSource(flag) === 'cli')
  if (conflict !== null) command.error(`error: ${conflict}.`)
  if (flags.findMax) await loadMax(server, stepDefaults(flags, command))
  else await loadOnce(server, flags)
}
