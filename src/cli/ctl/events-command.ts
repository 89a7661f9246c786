import { Command } from 'commander'
import { LabError } from '../../client/client.ts'
import { authorizationOf, clientOf } from '../server-flags.ts'
import { type CtlFlags, told, withCtlFlags } from './context.ts'

const examples = `
Examples:
  framelab ctl events               a line for everything that happens, until Ctrl-C
  framelab ctl events --json        the same as one JSON object a line: { id, type, data }`

/** Follows what happens, a line an event, until the server or the person ends it. */
export function eventsCommand(): Command {
  return withCtlFlags(new Command('events'))
    .description('Follow what happens: figures, switches, workers.')
    .addHelpText('after', examples)
    .action((flags: CtlFlags) =>
      told(flags, async () => {
        clientOf(flags)
        // Who reads no more has had enough, and a disk that is full has told so.
        const enough = new AbortController()
        process.stdout.once('error', () => enough.abort())
        const response = await fetch(`${flags.url.replace(/\/+$/, '')}/api/v1/events`, {
          headers: { accept: 'text/event-stream', ...authorizationOf(flags) },
          signal: enough.signal
        }).catch(error => {
          throw new LabError(`nothing answers there (${(error as Error).message})`, null, { cause: error })
        })
        if (!response.ok || response.body === null) throw new LabError(response.statusText, response.status)
        const mediaType = response.headers.get('content-type') ?? ''
        if (!mediaType.startsWith('text/event-stream')) throw new TypeError(`${mediaType} is no stream of events`)
        await follow(response.body, flags).catch(error => {
          if (enough.signal.aborted) return
          if (error instanceof SyntaxError) throw error
          throw new LabError(`the events broke off (${(error as Error).message})`, null, { cause: error })
        })
      })
    )
}

async function follow(body: ReadableStream<Uint8Array>, flags: CtlFlags): Promise<void> {
  const decoder = new TextDecoder()
  let pending = ''
  for await (const chunk of body) {
    pending += decoder.decode(chunk, { stream: true })
    const events = pending.split('\n\n')
    pending = events.pop() ?? ''
    for (const event of events) printEvent(event, flags)
  }
}

/** One event of the stream: its lines are `field: value` (WHATWG HTML, 9.2). */
function printEvent(text: string, { json }: CtlFlags): void {
  const fields: Record<string, string> = {}
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\w+): ?(.*)$/.exec(line) ?? []
    if (name !== '') fields[name] = name in fields ? `${fields[name]}\n${value}` : value
  }
  if (fields.data === undefined) return
  const { id = null, event: type = 'message' } = fields
  const data: unknown = JSON.parse(fields.data)
  if (json) process.stdout.write(`${JSON.stringify({ id, type, data })}\n`)
  else process.stdout.write(`${type.padEnd(10)} ${summaryOf(type, data)}\n`)
}

function summaryOf(type: string, data: unknown): string {
  if (type !== 'snapshot') return JSON.stringify(data)
  const { at, rates, totals } = data as {
    at: string
    rates: { framesReceivedPerSecond: number; cpuMicrosecondsPerFrame: number; readsPerFrame: number }
    totals: { connectionsOpen: number }
  }
  const { framesReceivedPerSecond, cpuMicrosecondsPerFrame, readsPerFrame } = rates
  return (
    `${at}  ${framesReceivedPerSecond.toFixed(0)} frames/s, ${cpuMicrosecondsPerFrame.toPrecision(3)} CPU µs/frame, ` +
    `${readsPerFrame.toPrecision(3)} reads/frame, ${totals.connectionsOpen} connections`
  )
}
