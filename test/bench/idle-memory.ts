import type { ChildProcess } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { rssBytesOf } from './cores.ts'
import { holdIdle } from './idle-holder.ts'
import { startFramelab } from './subject.ts'

/** Resident memory of the worker for each of `count` connections that have sent one Submit and send nothing more. */
export async function measureIdleMemory(count: number): Promise<{ connections: number; bytesPerConnection: number }> {
  const subject = await startFramelab('pooled')
  const holders: ChildProcess[] = []
  try {
    // The first ones pay for what every worker has once: compiled code, first slabs.
    holders.push(await holdIdle(subject.port, 100))
    const before = await settledRss(subject.pid)
    holders.push(await holdIdle(subject.port, count))
    const after = await settledRss(subject.pid)
    return { connections: count, bytesPerConnection: (after - before) / count }
  } finally {
    for (const holder of holders) holder.stdin?.end()
    await subject.stop()
  }
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
