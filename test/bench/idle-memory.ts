import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { rssBytesOf } from './cores.ts'
import { startFramelab } from './subject.ts'

/** Resident memory of the worker for each of `count` connections that send nothing. */
export async function measureIdleMemory(count: number): Promise<{ connections: number; bytesPerConnection: number }> {
  const subject = await startFramelab('pooled')
  const sockets: Socket[] = []
  try {
    // The first ones pay for what every worker has once: compiled code, first slabs.
    await open(sockets, 100, subject.port)
    const before = await settledRss(subject.pid)
    await open(sockets, count, subject.port)
    const after = await settledRss(subject.pid)
    return { connections: count, bytesPerConnection: (after - before) / count }
  } finally {
    for (const socket of sockets) socket.destroy()
    await subject.stop()
  }
}

async function open(sockets: Socket[], count: number, port: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 200) {
    const batch = Array.from({ length: Math.min(200, count - opened) }, () => connect(port, '127.0.0.1'))
    sockets.push(...batch)
    await Promise.all(
      batch.map(socket => new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject)))
    )
  }
}

/** The memory once it has stopped to grow: accepted connections are still being handed over when the client sees them. */
async function settledRss(pid: number): Promise<number> {
  let last = 0
  for (;;) {
    const now = rssBytesOf(pid)
    if (Math.abs(now - last) < 64 * 1024) return now
    last = now
    await sleep(1000)
  }
}
