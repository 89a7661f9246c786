import { Argument, Command, Option } from 'commander'
import { dataOf } from '../../client/client.ts'
import { closeReasons } from '../../contract/reasons.ts'
import { type ConnectionSortKey, connectionSortKeys, stateFilters } from '../../contract/snapshot.ts'
import { wholeNumber } from '../load-flags.ts'
import { UsageError } from '../usage-error.ts'
import { type CtlFlags, print, told, withCtlFlags } from './context.ts'

interface FilterFlags {
  readonly state?: (typeof stateFilters)[number]
  readonly worker?: number
  readonly address?: string
  readonly reason?: (typeof closeReasons)[number]
  readonly minIdleSeconds?: number
  readonly minAgeSeconds?: number
  readonly minPendingBytes?: number
}

const filterNames = [
  'state',
  'worker',
  'address',
  'reason',
  'minIdleSeconds',
  'minAgeSeconds',
  'minPendingBytes'
] as const

/** One filter for all: list, count, close. All that is given must hold. */
function withFilter(command: Command): Command {
  const most = { min: 0, max: 1_000_000_000 }
  return command
    .addOption(new Option('--state <state>', 'connections in this state').choices(stateFilters))
    .addOption(new Option('--worker <id>', 'served by this worker').argParser(wholeNumber({ min: 1, max: 256 })))
    .addOption(new Option('--address <address>', 'of the peer: an address, or a block such as 10.0.0.0/8'))
    .addOption(new Option('--reason <reason>', 'why it ends or has ended').choices(closeReasons))
    .addOption(new Option('--min-idle-seconds <seconds>', 'silent for at least so long').argParser(wholeNumber(most)))
    .addOption(new Option('--min-age-seconds <seconds>', 'open for at least so long').argParser(wholeNumber(most)))
    .addOption(
      new Option('--min-pending-bytes <bytes>', 'at least so many unread ack bytes').argParser(wholeNumber(most))
    )
}

function filterOf(flags: FilterFlags): FilterFlags {
  return Object.fromEntries(filterNames.flatMap(name => (flags[name] === undefined ? [] : [[name, flags[name]]])))
}

interface ListFlags extends CtlFlags, FilterFlags {
  readonly sort: ConnectionSortKey
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

export function connectionsCommand(): Command {
  return withFilter(withCtlFlags(new Command('connections')))
    .description('Who is connected, sorted by any field; --state closed lists those that have ended.')
    .addOption(new Option('--sort <field>', 'field to sort by').choices(connectionSortKeys).default('framesReceived'))
    .addOption(new Option('--order <order>', 'which end comes first').choices(['asc', 'desc']).default('desc'))
    .addOption(new Option('--limit <count>', 'how many').argParser(wholeNumber({ min: 1, max: 1000 })).default(20))
    .action((flags: ListFlags) =>
      told(flags, async client => {
        const { sort, order, limit } = flags
        const query = { sort, order, limit, ...filterOf(flags) }
        const page = await dataOf(client.GET('/api/v1/connections', { params: { query } }))
        print(page, flags, ({ items }) => [
          ['id', 'peer', 'state', 'age s', 'idle s', 'frames', 'frames/s (10 s)', 'stalled s', 'pending B'],
          ...items.map(one => [
            one.id,
            `${one.peer.address}:${one.peer.port}`,
            one.reason === null ? one.state : `${one.state}: ${one.reason}`,
            one.ageSeconds,
            one.idleSeconds,
            one.framesReceived,
            one.rates.framesReceivedPerSecond10s,
            one.stalledSeconds,
            one.pendingBytes
          ])
        ])
      })
    )
}

interface CloseFlags extends CtlFlags, FilterFlags {
  readonly mode: 'drain' | 'now'
  readonly dryRun: boolean
  readonly ratePerSecond?: number
}

export function closeCommand(): Command {
  return withFilter(withCtlFlags(new Command('close')))
    .description('Close one connection by its id, or all that a filter selects.')
    .addArgument(new Argument('[id]', 'id of one connection'))
    .addOption(
      new Option('--mode <mode>', 'answer what has come first, or not').choices(['drain', 'now']).default('drain')
    )
    .option('--dry-run', 'only say how many the filter selects', false)
    .addOption(
      new Option('--rate-per-second <count>', 'close no more than so many in a second').argParser(
        wholeNumber({ min: 1, max: 100_000 })
      )
    )
    .action((id: string | undefined, flags: CloseFlags) =>
      told(flags, async client => {
        const { mode, dryRun, ratePerSecond } = flags
        const filter = filterOf(flags)
        const isFiltered = Object.keys(filter).length > 0
        if ((id === undefined) === !isFiltered) {
          throw new UsageError(
            'name either one connection by its id, or a filter such as --worker 2 (--state live is all of them)'
          )
        }
        if (id !== undefined) {
          await dataOf(client.DELETE('/api/v1/connections/{id}', { params: { path: { id }, query: { mode } } }))
          print({ closed: id }, flags, ({ closed }) => [['closed'], [closed]])
          return
        }
        const body = { filter, mode, dryRun, ...(ratePerSecond === undefined ? {} : { ratePerSecond }) }
        const result = await dataOf(client.POST('/api/v1/connections/close', { body }))
        print(result, flags, ({ matched }) => [[dryRun ? 'would be closed' : 'are being closed'], [matched]])
      })
    )
}
