import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { max, median, quantile } from 'simple-statistics'
import { submits } from '../support/frames.ts'
import { cpuSecondsOf } from './cores.ts'

/**
 * What it costs to list connections: how long an answer takes, what it takes of the worker's event loop, and what a
 * request on another connection sees of it. `listing.ts [connections] [listings]`
 */
const count = Number(process.argv[2] ?? 10_000)
const listings = Number(process.argv[3] ?? 100)
const cli = fileURLToPath(new URL('../../dist/cli/framelab.js', import.meta.url))

const child = spawn(process.execPath, [cli, 'serve', '--workers', '1', '--frame-port', '0', '--http-port', '0'], {
  stdio: ['ignore', 'pipe', 'inherit']
})
const url = await new Promise<string>((resolve, reject) => {
  let said = ''
  child.stdout.on('data', chunk => {
    said += chunk
    const [address] = /http:\/\/[\d.]+:\d+/.exec(said) ?? []
    if (address !== undefined) resolve(address)
  })
  child.once('exit', code => reject(new Error(`framelab serve ended with exit code ${code}`)))
})
const ask = async <Body>(path: string): Promise<Body> => (await (await fetch(`${url}/api/v1/${path}`)).json()) as Body

const { listen, workers } = await ask<{ listen: { frames: { port: number } }; workers: { pid: number }[] }>('server')
const pid = workers[0]?.pid ?? 0
const sockets: Socket[] = []
try {
  await traffic(await openConnections())
  const quietMs = await cpuMsPerSecond(5)
  process.stdout.write(
    `${count} connections on one worker, each of which has sent something; medians of ${listings} answers\n`
  )
  process.stdout.write(
    `quiet: ${quietMs.toFixed(2)} ms of the worker's processor time a second, ticks of the rates included\n\n`
  )
  process.stdout.write(row('page of 100', 'answer ms', 'p99', 'longest', 'worker ms', 'trip p99'))
  const before = cpuSecondsOf(pid)
  const [quietSeconds, quietSeen] = await whileAsking(() => sleep(5000))
  const probeMs = ((cpuSecondsOf(pid) - before) * 1000) / quietSeconds - quietMs
  process.stdout.write(row('(no listing)', '', '', '', '', quietSeen.toFixed(2)))
  for (const query of [
    '',
    'sort=bytesReceived&order=desc',
    'sort=framesReceivedPerSecond60s&order=desc',
    'sort=address',
    'address=127.0.0.0/8&sort=idleSeconds'
  ]) {
    await measureListings(query, quietMs + probeMs)
  }
} finally {
  for (const socket of sockets) socket.destroy()
  child.kill('SIGTERM')
}

async function openConnections(): Promise<Socket[]> {
  while (sockets.length < count) {
    const batch = Array.from({ length: Math.min(200, count - sockets.length) }, () =>
      connect(listen.frames.port, '127.0.0.1')
    )
    await Promise.all(batch.map(opened))
    sockets.push(...batch)
  }
  return sockets
}

/** A server ends those that come faster than its workers take them, so each is waited for until it was answered. */
async function opened(socket: Socket): Promise<void> {
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  const answered = new Promise(resolve => socket.once('data', resolve))
  socket.write(submits(1))
  await answered
}

/** Different amounts on each, so that sorting has something to do. */
async function traffic(connections: readonly Socket[]): Promise<void> {
  for (const [index, socket] of connections.entries()) {
    socket.resume()
    socket.write(submits(1 + ((index * 7919) % 50)))
    if (index % 500 === 0) await sleep(10)
  }
  await sleep(2500)
}

async function cpuMsPerSecond(seconds: number): Promise<number> {
  const before = cpuSecondsOf(pid)
  await sleep(seconds * 1000)
  return ((cpuSecondsOf(pid) - before) * 1000) / seconds
}

async function measureListings(query: string, otherMsPerSecond: number): Promise<void> {
  const path = `connections?limit=100&${query}`
  for (let warm = 0; warm < 10; warm++) await ask(path)
  const answersMs: number[] = []
  const cpuBefore = cpuSecondsOf(pid)
  const [seconds, seenMs] = await whileAsking(async () => {
    for (let listing = 0; listing < listings; listing++) {
      const beganMs = performance.now()
      await ask(path)
      answersMs.push(performance.now() - beganMs)
      await sleep(20)
    }
  })
  const workerMs = ((cpuSecondsOf(pid) - cpuBefore) * 1000 - otherMsPerSecond * seconds) / listings
  const figures = [median(answersMs), quantile(answersMs, 0.99), max(answersMs), workerMs]
  process.stdout.write(row(query || '(by id)', ...figures.map(figure => figure.toFixed(2)), seenMs.toFixed(2)))
}

/** Sends a Submit every two milliseconds on a connection of its own meanwhile. Returns the seconds, and the p99 of its round trips. */
async function whileAsking(work: () => Promise<void>): Promise<[seconds: number, p99Ms: number]> {
  const beganMs = performance.now()
  const tripsMs: number[] = []
  const socket = connect({ port: listen.frames.port, host: '127.0.0.1', noDelay: true })
  const request = submits(1)
  let sentMs = 0
  socket.on('data', () => tripsMs.push(performance.now() - sentMs))
  const timer = setInterval(() => {
    sentMs = performance.now()
    socket.write(request)
  }, 2)
  await work()
  clearInterval(timer)
  socket.destroy()
  return [(performance.now() - beganMs) / 1000, quantile(tripsMs, 0.99)]
}

function row(name: string, ...cells: string[]): string {
  return `${name.padEnd(46)}${cells.map(cell => cell.padStart(11)).join('')}\n`
}
