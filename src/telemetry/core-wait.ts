import { readFileSync } from 'node:fs'

/**
 * Milliseconds, since it began, in which this thread had something to do and got no core, because others had them all.
 * Only Linux tells; elsewhere it is always 0.
 */
export function coreWaitMs(): number {
  try {
    const [, waitedNs = '0'] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')
    return Number(waitedNs) / 1e6
  } catch {
    return 0
  }
}
