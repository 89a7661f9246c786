import { readFileSync } from 'node:fs'

/** The process that writes a record, so that another one knows whether it still does. */
export interface RecordOwner {
  readonly pid: number
  /** When it was started, in the system's own count; null where the system does not tell. Process ids are used again. */
  readonly started: string | null
}

export function thisProcess(): RecordOwner {
  return { pid: process.pid, started: startOf(process.pid) }
}

export function isAlive({ pid, started }: RecordOwner): boolean {
  if (pid === process.pid) return started === startOf(pid) && started !== null
  try {
    process.kill(pid, 0)
  } catch (error) {
    // Not ours to signal, but there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  return started === startOf(pid)
}

/** Field 22 of /proc/PID/stat (proc(5)); the second may hold spaces and parentheses. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}
