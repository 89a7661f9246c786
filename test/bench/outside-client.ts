import { spawn } from 'node:child_process'
import { LOAD_CORE, onCore } from './cores.ts'

/** What another load client prints as one JSON object. */
export type Said = Record<'acks_per_s' | 'server_cpu_pct' | 'p50_us' | 'p99_us' | 'errors' | 'lost', number>

/** Another load client, on the core of the load. */
export function startClient(commandLine: string[]): { readonly pid: number; readonly said: Promise<Said> } {
  const [program = '', ...args] = onCore(LOAD_CORE, commandLine)
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.on('data', chunk => {
    output += chunk
  })
  const closed = new Promise(resolve => child.once('close', resolve))
  return { pid: child.pid ?? 0, said: closed.then(() => JSON.parse(output) as Said) }
}

/** The command line of one with load.c's flags, as agreement.ts tells them. */
export function withFlags(client: string, flags: Readonly<Record<string, number>>): string[] {
  return [...client.split(' '), ...Object.entries(flags).flatMap(([flag, value]) => [`-${flag}`, `${value}`]), '-j']
}

/** Throws for a run that is not to be counted. */
export function assertClean(said: Said): void {
  if (said.errors > 0 || said.lost > 0) throw new Error(`the other run went wrong: ${JSON.stringify(said)}`)
}
