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
  const { PinoPretty } = await import('pino-pretty')
  return PinoPretty({
    destination: process.stderr.fd,
    sync: true,
    colorize: process.stderr.isTTY && process.stderr.hasColors(),
    translateTime: 'SYS:HH:MM:ss.l',
    singleLine: true
  })
}
