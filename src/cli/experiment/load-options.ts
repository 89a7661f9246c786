import { type Command, Option } from 'commander'
import type { ExperimentRequest } from '../../contract/experiment.ts'
import { type Arrival, arrivals, type Bounds, loadDefaults } from '../../contract/load-bounds.ts'
import { loadRunBounds } from '../../contract/load-run.ts'
import { payload, wholeNumber } from '../load-flags.ts'

export interface LoadOptionFlags {
  readonly connections: number
  readonly inFlight: number
  readonly payload: number | Bounds
  readonly rate?: number
  readonly arrival: Arrival
  readonly processes: number
}

const names = ['connections', 'inFlight', 'payload', 'rate', 'arrival', 'processes'] as const

/** What load to drive, for commands that measure a server. */
export function withLoadOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--connections <count>', 'connections of the load')
        .argParser(wholeNumber(loadRunBounds.connections))
        .default(loadDefaults.connections)
    )
    .addOption(
      new Option('--in-flight <count>', 'Submits outstanding on each')
        .argParser(wholeNumber(loadRunBounds.inFlight))
        .default(loadDefaults.inFlight)
    )
    .addOption(
      new Option('--payload <bytes>', 'payload of each Submit: a length, or a range such as 64..4096')
        .argParser(payload(loadRunBounds.payloadBytes))
        .default(loadDefaults.payloadBytes)
    )
    .addOption(
      new Option('--rate <frames/s>', 'open loop: Submits due a second, over all connections').argParser(
        wholeNumber(loadRunBounds.rate)
      )
    )
    .addOption(new Option('--arrival <kind>', 'how those are spaced').choices(arrivals).default(loadDefaults.arrival))
    .addOption(
      new Option('--processes <count>', 'load processes')
        .argParser(wholeNumber(loadRunBounds.processes))
        .default(loadDefaults.processes)
    )
}

/** Not that of the order: the same command with the order's seed drives the same load. */
const LOAD_SEED = 1

/** The traffic that a named server has, unless any flag says what to drive; a server of our own has none but ours. */
export function loadOf(flags: LoadOptionFlags, command: Command, isOwnServer: boolean): ExperimentRequest['load'] {
  const isGiven = names.some(name => command.getOptionValueSource(name) === 'cli')
  if (!isOwnServer && !isGiven) return 'live'
  const { connections, inFlight, payload: payloadBytes, rate = null, arrival, processes } = flags
  return { connections, inFlight, payloadBytes, rate, arrival, seed: LOAD_SEED, processes }
}
