import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Schedule } from './schedule.ts'
import type { Tally } from './tally.ts'

const CHECK_MS = 10

/** Until everything due is sent and answered, until no ack has come for `quietMs`, or for `waitMs` in all. */
export async function finalWait(tally: Tally, schedule: Schedule, quietMs: number, waitMs: number): Promise<void> {
  const beganMs = performance.now()
  for (;;) {
    if (tally.outstanding === 0 && schedule.waiting === 0) return
    const nowMs = performance.now()
    const quietSinceMs = Math.max(tally.lastReadMs, beganMs)
    if (nowMs - quietSinceMs >= quietMs || nowMs - beganMs >= waitMs) return
    await sleep(CHECK_MS)
  }
}
