import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'

/** The server has one core to itself and the load another, so that the server is what is measured. */
export const SERVER_CORE = 0
export const LOAD_CORE = 1

export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** The command line, bound to a core where that can be had. */
export function onCore(core: number, commandLine: string[]): string[] {
  return canPin ? ['taskset', '-c', `${core}`, ...commandLine] : commandLine
}

/** One core, or several of them as `0,1`. */
export function moveToCore(core: number | string, pid: number): void {
  if (canPin) spawnSync('taskset', ['-a', '-cp', `${core}`, `${pid}`])
}

/** Processor time that the threads of a process have used, user and system, in seconds. The scheduler knows it exactly. */
export function cpuSecondsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`
  const nanoseconds = readdirSync(tasks).map(task => {
    const [ranNs] = readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')
    return Number(ranNs)
  })
  return nanoseconds.reduce((sum, ranNs) => sum + ranNs, 0) / 1e9
}

/** Resident memory of a process in bytes. */
export function rssBytesOf(pid: number): number {
  const [, kilobytes = '0'] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) * 1024
}
