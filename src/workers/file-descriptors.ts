import { readFileSync } from 'node:fs'

/** What a process of ours has open beside connections: its channel, the event loop's own, files, a profile being written. */
const RESERVED = 64

/**
 * How many connections a process may have before its file descriptors run out. A connection that is sent to a process
 * without a free one is lost, and takes the channel it came on with it, so none may come that far. Infinity where the
 * system does not say.
 */
export function affordableConnections(): number {
  let limits: string
  try {
    limits = readFileSync('/proc/self/limits', 'utf8')
  } catch {
    return Number.POSITIVE_INFINITY
  }
  const [, most] = /^Max open files\s+(\d+)/m.exec(limits) ?? []
  return most === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Number(most) - RESERVED)
}
