import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('idle-connections.ts', import.meta.url))

/** A process that holds `count` connections on which nothing happens. They are open; it ends with its standard input. */
export async function holdIdle(port: number, count: number): Promise<ChildProcess> {
  const args = ['--import', 'tsx', script, `${port}`, `${count}`]
  const holder = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(([code]) => {
      throw new Error(`the process of idle connections ended with code ${code}`)
    })
  ])
  return holder
}
