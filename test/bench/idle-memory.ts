import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { rssBytesOf } from './cores.ts'
import { type Framelab, startFramelab } from './subject.ts'

const script = fileURLToPath(new URL('idle-connections.ts', import.meta.url))

/** Resident memory of the worker for each of `count` connections that have sent one Submit and send nothing more. */
export async function measureIdleMemory(count: number): Promise<{ connections: number; bytesPerConnection: number }> {
  const subject = await startFramelab('pooled')
  const holders: ChildProcess[] = []
  try {
    // The first ones pay for what every worker has once: compiled code, first slabs.
    holders.push(await hold(subject, 100))
    const before = await settledRss(subject.pid)
    holders.push(await hold(subject, count))
    const after = await settledRss(subject.pid)
    return { connections: count, bytesPerConnection: (after - before) / count }
  } finally {
    for (const holder of holders) holder.stdin?.end()
    await subject.stop()
  }
}

async function hold(subject: Framelab, count: number): Promise<ChildProcess> {
  const args = ['--import', 'tsx', script, `${subject.port}`, `${count}`]
  const holder = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await Promise.race([
    once(holder.stdout, 'data'),
    once(holder, 'exit').then(([code]) => {
      throw new Error(`the process of idle connections ended with code ${code}`)
    })
  ])
  return holder
}

/** The memory once it has stopped to grow. */
async function settledRss(pid: number): Promise<number> {
  let last = 0
  for (;;) {
    const now = rssBytesOf(pid)
    if (Math.abs(now - last) < 64 * 1024) return now
    last = now
    await sleep(1000)
  }
}
