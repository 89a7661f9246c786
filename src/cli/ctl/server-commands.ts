import { Argument, Command } from 'commander'
import { dataOf } from '../../client/client.ts'
import { wholeNumber } from '../load-flags.ts'
import { type CtlFlags, print, told, withCtlFlags } from './context.ts'

const seconds = (value: number): string => `${value.toFixed(1)} s`

export function serverCommand(): Command {
  return withCtlFlags(new Command('server'))
    .description('What the server is, and what it does right now.')
    .action((flags: CtlFlags) =>
      told(flags, async client => {
        const server = await dataOf(client.GET('/api/v1/server'))
        print(server, flags, ({ version, node, state, uptimeSeconds, listen, totals, rates }) => [
          ['what', 'value'],
          ['version', `${version} on Node ${node}`],
          ['state', `${state}, up ${seconds(uptimeSeconds)}`],
          ['frames on', `${listen.frames.host}:${listen.frames.port}`],
          ['connections open', `${totals.connectionsOpen}`],
          ['frames received', `${totals.framesReceived}`],
          ['frames/s', rates.framesReceivedPerSecond.toFixed(0)],
          ['CPU µs/frame', rates.cpuMicrosecondsPerFrame.toPrecision(3)],
          ['reads/frame', rates.readsPerFrame.toPrecision(3)],
          ['writes/frame', rates.writesPerFrame.toPrecision(3)],
          ['GC ms/s', rates.gcMillisecondsPerSecond.toFixed(1)]
        ])
      })
    )
}

export function workersCommand(): Command {
  return withCtlFlags(new Command('workers'))
    .description('The processes that serve frames.')
    .action((flags: CtlFlags) =>
      told(flags, async client => {
        const workers = await dataOf(client.GET('/api/v1/workers'))
        print(workers, flags, ({ items }) => [
          ['worker', 'pid', 'state', 'restarts', 'connections', 'CPU s', 'RSS MB'],
          ...items.map(one => [
            one.id,
            one.pid ?? '-',
            one.state,
            one.restarts,
            one.connections,
            one.cpuSeconds,
            Math.round(one.rssBytes / 1e6)
          ])
        ])
      })
    )
}

export function restartCommand(): Command {
  return withCtlFlags(new Command('restart'))
    .description('Replace a worker gracefully, or all of them one after another.')
    .addArgument(new Argument('[worker]', 'id of one worker').argParser(wholeNumber({ min: 1, max: 256 })))
    .action((id: number | undefined, flags: CtlFlags) =>
      told(flags, async client => {
        if (id === undefined) await dataOf(client.POST('/api/v1/workers/restart'))
        else await dataOf(client.POST('/api/v1/workers/{id}/restart', { params: { path: { id } } }))
        print({ restarting: id ?? 'all' }, flags, ({ restarting }) => [['restarting'], [restarting]])
      })
    )
}

export function drainCommand(): Command {
  return withCtlFlags(new Command('drain'))
    .description('Stop the server: accept nothing more, answer what has come, exit.')
    .action((flags: CtlFlags) =>
      told(flags, async client => {
        const answer = await dataOf(client.POST('/api/v1/drain'))
        print(answer, flags, ({ state }) => [['state'], [state]])
      })
    )
}

export function auditCommand(): Command {
  return withCtlFlags(new Command('audit'))
    .description('Who changed what, when and why; newest first.')
    .action((flags: CtlFlags) =>
      told(flags, async client => {
        const audit = await dataOf(client.GET('/api/v1/audit'))
        print(audit, flags, ({ items }) => [
          ['when', 'cause', 'by', 'reason'],
          ...items.map(entry => [entry.at, entry.cause, entry.by ?? '-', entry.reason ?? '-'])
        ])
      })
    )
}
