import { readdir, stat } from 'node:fs/promises'
import type { LabMetrics } from '../../contract/server-report.ts'

/** How many file descriptors each process has open. A process that is gone or not ours, or another system, is left out. */
export async function countOpenFiles({ primary, workers }: LabMetrics): Promise<Map<number, number>> {
  const pids = [primary, ...workers.map(({ process }) => process)].flatMap(process => process?.pid ?? [])
  const counts = await Promise.all(pids.map(async pid => [pid, await countOf(pid)] as const))
  return new Map(counts.filter((entry): entry is [number, number] => entry[1] !== null))
}

async function countOf(pid: number): Promise<number | null> {
  const folder = `/proc/${pid}/fd`
  try {
    // Linux 6.2 and later tell the number as the folder's size; listing 100,000 descriptors would take its time.
    const { size } = await stat(folder)
    return size > 0 ? size : (await readdir(folder)).length
  } catch {
    return null
  }
}
