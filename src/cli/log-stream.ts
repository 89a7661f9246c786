import type { Options } from '../contract/options.ts'

/** Where log lines go, one JSON object each. */
export interface LogStream {
  write(line: string): unknown
}

/**
 * stderr: stdout is for the person who started this. On a terminal the lines are made readable; programs get them as they
 * are. What makes them so is loaded only then.
 */
export async function logStream(format: Options['logFormat']): Promise<LogStream> {
  const readable = format === 'pretty' || (format === 'auto' && process.stderr.isTTY)
  if (!readable) return process.stderr
  const { prettyFactory } = await import('pino-pretty')
  const textOf = prettyFactory({
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true
  })
  return { write: line => process.stderr.write(textOf(line)) }
}

/** Output that cannot be written, as on a full disk, is told in one sentence; whoever reads no more has had enough. */
export function tellOfLostOutput(): void {
  process.stdout.on('error', onLostOutput)
}

function onLostOutput({ code }: NodeJS.ErrnoException): void {
  process.exitCode ||= 1
  if (code !== 'EPIPE') process.stderr.write(`framelab: the output cannot be written: ${code}\n`)
}

/**
 * From now on a disk that is full, or a reader of the log that is gone, costs the lines that are written meanwhile, and not the
 * server.
 */
export function outliveOutput(): void {
  process.stdout.off('error', onLostOutput)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}
