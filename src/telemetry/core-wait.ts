import { readFileSync } from 'node:fs'

/** Of one thread, since it began. */
export interface CoreTime {
  readonly ranSeconds: number
  /** It had something to do and got no core, because others had them all. */
  readonly waitedSeconds: number
}

/** Of this thread. Only Linux tells; elsewhere, and where no file can be opened, it is null. */
export function coreTime(): CoreTime | null {
  try {
    const [ranNs, waitedNs] = readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')
    return { ranSeconds: Number(ranNs) / 1e9, waitedSeconds: Number(waitedNs) / 1e9 }
  } catch {
    return null
  }
}

/** Milliseconds that this thread has waited for a core since it began; 0 where nobody tells. */
export function coreWaitMs(): number {
  return (coreTime()?.waitedSeconds ?? 0) * 1000
}
