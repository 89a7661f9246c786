import { Argument, Command, InvalidArgumentError, Option } from 'commander'
import { dataOf } from '../../client/client.ts'
import { type OptimizationName, optimizationNames, presetNames } from '../../contract/optimizations.ts'
import { duration } from '../load-flags.ts'
import { UsageError } from '../usage-error.ts'
import { type CtlFlags, print, told, withCtlFlags } from './context.ts'

type Changes = Partial<Record<OptimizationName, boolean>>

interface ChangeFlags extends CtlFlags {
  readonly workers?: number[]
  readonly ttl?: number
  readonly reason?: string
  readonly preset?: (typeof presetNames)[number]
}

const examples = `
Examples:
  framelab ctl switches                                        what is in force, per worker
  framelab ctl switches bufferedReader=off                     change one thing
  framelab ctl switches --preset baseline --workers 1          one worker only
  framelab ctl switches packetPool=off --ttl 5m --reason "is the pool worth it?"`

/** Without a change: what is in force. */
export function switchesCommand(): Command {
  return withCtlFlags(new Command('switches'))
    .description('Show the switches, or change some on live connections.')
    .addArgument(new Argument('[changes...]', 'NAME=on or NAME=off').argParser(switchChange))
    .addOption(new Option('--preset <name>', 'all switches of a preset').choices(presetNames))
    .addOption(new Option('--workers <ids>', 'only these workers, such as 1,2').argParser(workerIds))
    .addOption(
      new Option('--ttl <time>', 'end the change by itself after this time').argParser(
        duration({ min: 1000, max: 86_400_000 })
      )
    )
    .option('--reason <text>', 'why; kept in the audit')
    .addHelpText('after', examples)
    .action((given: Changes | [], flags: ChangeFlags) =>
      told(flags, async client => {
        const { workers, ttl, reason, preset } = flags
        // Without any, commander hands on the empty list of a variadic argument.
        const changes: Changes = Array.isArray(given) ? {} : given
        const isChange = Object.keys(changes).length > 0 || preset !== undefined
        if (!isChange && (workers !== undefined || ttl !== undefined || reason !== undefined)) {
          throw new UsageError(
            'name a switch, such as bufferedReader=off, or a --preset: nothing else was to be changed'
          )
        }
        const body = {
          ...changes,
          ...(preset === undefined ? {} : { preset }),
          ...(workers === undefined ? {} : { workers }),
          ...(ttl === undefined ? {} : { ttlSeconds: ttl / 1000 }),
          ...(reason === undefined ? {} : { reason })
        }
        const report = await dataOf(
          isChange ? client.PATCH('/api/v1/optimizations', { body }) : client.GET('/api/v1/optimizations')
        )
        print(report, flags, ({ optimizations }) => {
          const ids = Object.keys(optimizations[0]?.workers ?? {})
          return [
            ['switch', 'in force', ...ids.map(id => `worker ${id}`)],
            ...optimizations.map(({ name, enabled, workers: byWorker }) => [
              name,
              enabled === 'mixed' ? 'mixed' : onOff(enabled),
              ...ids.map(id => onOff(byWorker[id] ?? false))
            ])
          ]
        })
      })
    )
}

const onOff = (isOn: boolean): string => (isOn ? 'on' : 'off')

function switchChange(text: string, before: Changes | undefined): Changes {
  const [, name = '', value] = /^(\w+)=(on|off)$/.exec(text) ?? []
  if (!(optimizationNames as string[]).includes(name)) {
    throw new InvalidArgumentError(`It must be NAME=on or NAME=off, NAME one of ${optimizationNames.join(', ')}.`)
  }
  return { ...before, [name]: value === 'on' }
}

function workerIds(text: string): number[] {
  if (!/^[1-9]\d*(,[1-9]\d*)*$/.test(text)) throw new InvalidArgumentError('It must be worker ids, such as 1 or 1,2.')
  return text.split(',').map(Number)
}
