import { performance } from 'node:perf_hooks'
import { setTimeout as sleep, setImmediate as whenAllIsRead } from 'node:timers/promises'
import type { ConnectionRegistry } from './connection-registry.ts'

/** A connection on which nothing came for so long has nothing left in the kernel's buffers. */
const QUIET_MS = 20
/** After this part of the deadline, peers that still send are told with result 2 that the server is going. */
const SERVE_PART = 0.25
/** After this part, connections are ended although their peers still send. */
const REFUSE_PART = 0.75

/**
 * Ends every connection once what it had sent is answered.
 *
 *   0 ........ 25 % ............... 75 % ............. deadline
 *   serve on    answer 'unavailable'  end with FIN      (the caller destroys what is left)
 *   ---- at any time: a connection that is quiet and fully answered is ended ----
 *
 * A peer that waits for acks before it sends on would otherwise never be quiet.
 */
export async function drainConnections(registry: ConnectionRegistry, deadlineMs: number): Promise<void> {
  const beganMs = performance.now()
  let refusing = false
  for (const connection of registry) connection.drain()
  while (registry.size > 0) {
    await sleep(QUIET_MS)
    const quietSinceMs = performance.now() - QUIET_MS
    // A busy loop comes to its timers before it has read what came meanwhile.
    await whenAllIsRead()
    const elapsedMs = performance.now() - beganMs
    if (elapsedMs >= deadlineMs) return
    if (!refusing && elapsedMs >= deadlineMs * SERVE_PART) {
      refusing = true
      for (const connection of registry) connection.refuse()
    }
    for (const connection of registry) {
      if (elapsedMs >= deadlineMs * REFUSE_PART) connection.finish('server_drained')
      else connection.finishWhenQuiet(quietSinceMs)
    }
  }
}
