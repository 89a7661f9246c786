import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Command } from 'commander'
import { max, median, min } from 'simple-statistics'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { cpuSecondsOf, LOAD_CORE, moveToCore, SERVER_CORE } from './cores.ts'
import { startFramelab } from './subject.ts'

/**
 * What it costs the data plane to be looked at: /metrics is scraped and connections are listed once a second, with
 * thousands of them idle in another process, while one worker serves a load. Blocks with and without take turns in one run
 * of the load; their order changes from pair to pair. Bounds: 1 % of the throughput (closed loop), 2 ms of p99 (open loop).
 */
const { idle, pairs, seconds, connections, rate } = new Command()
  .option('--idle <count>', 'connections on which nothing happens', Number, 10_000)
  .option('--pairs <count>', 'pairs of blocks, one with and one without', Number, 10)
  .option('--seconds <count>', 'how long a block is', Number, 3)
  .option('--connections <count>', 'connections of the load', Number, 100)
  .option('--rate <count>', 'frames/s of the open loop', Number, 20_000)
  .parse()
  .opts()

interface Block {
  readonly framesPerSecond: number
  readonly cpuNsPerFrame: number
  readonly p50Us: number
  readonly p99Us: number
}
interface Pair {
  readonly quiet: Block
  readonly watched: Block
}

const slowest = { metrics: 0, list: 0 }
const server = await startFramelab('pooled')
// The control plane goes where there is room, as it would.
moveToCore(`${SERVER_CORE},${LOAD_CORE}`, server.primaryPid)
const script = fileURLToPath(new URL('idle-connections.ts', import.meta.url))
const holder = spawn(process.execPath, ['--import', 'tsx', script, `${server.port}`, `${idle}`], {
  stdio: ['pipe', 'pipe', 'inherit']
})
try {
  await new Promise((resolve, reject) => {
    holder.stdout.once('data', resolve)
    holder.once('exit', code => reject(new Error(`the process of idle connections ended with code ${code}`)))
  })
  process.stdout.write(`${idle} idle connections; ${pairs} pairs of blocks of ${seconds} s; with and without\n\n`)
  const closed = await measured({ inFlight: 100 })
  print('closed loop, 100 in flight', closed)
  const open = await measured({ inFlight: 1000, rate })
  print(`open loop, ${rate} frames/s`, open)
  process.stdout.write(`longest answers: /metrics ${slowest.metrics} ms, a page of 100 ${slowest.list} ms\n`)
} finally {
  holder.stdin.end()
  await server.stop()
}

async function measured(schedule: { inFlight: number; rate?: number }): Promise<Pair[]> {
  const load = new LoadProcess()
  const definition = { host: '127.0.0.1', port: server.port, connections, payloadBytes: 20, durationMs: null }
  await load.start({ ...definition, ...schedule, warmUpMs: 0, dialect: 'compiled' })
  moveToCore(LOAD_CORE, load.pid ?? 0)
  await sleep(2000)
  const found: Pair[] = []
  for (let pair = 0; pair < pairs; pair++) {
    process.stderr.write(`pair ${pair + 1} of ${pairs}\n`)
    const first = await block(load, pair % 2 === 0)
    const second = await block(load, pair % 2 === 1)
    found.push(pair % 2 === 0 ? { watched: first, quiet: second } : { watched: second, quiet: first })
  }
  const { lost, errors } = await load.stop()
  if (lost > 0 || Object.keys(errors).length > 0) throw new Error(`the load went wrong: ${load.firstFault}`)
  return found
}

async function block(load: LoadProcess, isWatched: boolean): Promise<Block> {
  await load.mark()
  const cpuBefore = cpuSecondsOf(server.pid)
  const ends = sleep(seconds * 1000)
  if (isWatched) for (let second = 0; second < seconds; second++) await Promise.all([look(), sleep(990)])
  await ends
  const cpuSeconds = cpuSecondsOf(server.pid) - cpuBefore
  const { acked, ackedPerSecond, latency } = await load.mark()
  return { framesPerSecond: ackedPerSecond, cpuNsPerFrame: (cpuSeconds / acked) * 1e9, ...latency }
}

/** As Prometheus and a page in a browser do, at the same moment. */
async function look(): Promise<void> {
  const [metrics, list] = await Promise.all([
    timed('/metrics'),
    timed('/api/v1/connections?sort=framesReceivedPerSecond1s&order=desc&limit=100')
  ])
  slowest.metrics = Math.max(slowest.metrics, metrics)
  slowest.list = Math.max(slowest.list, list)
}

async function timed(path: string): Promise<number> {
  const beganMs = performance.now()
  const answer = await fetch(`${server.http}${path}`)
  await answer.text()
  if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`)
  return Math.round(performance.now() - beganMs)
}

function print(title: string, found: readonly Pair[]): void {
  const ratio = (metric: keyof Block): string => {
    const percent = found.map(({ watched, quiet }) => (watched[metric] / quiet[metric] - 1) * 100)
    return `${signed(median(percent))} % (${signed(min(percent))} to ${signed(max(percent))})`
  }
  const p99Ms = found.map(({ watched, quiet }) => (watched.p99Us - quiet.p99Us) / 1000)
  const quietMs = median(found.map(({ quiet }) => quiet.p99Us / 1000))
  const quietRate = Math.round(median(found.map(({ quiet }) => quiet.framesPerSecond)))
  process.stdout.write(
    `${title}: what looking changes, median (range) of ${found.length} pairs\n` +
      `  throughput      ${ratio('framesPerSecond')}, from ${quietRate.toLocaleString('en-US')} frames/s\n` +
      `  CPU of a frame  ${ratio('cpuNsPerFrame')}, of the worker\n` +
      `  p99             ${signed(median(p99Ms))} ms (${signed(min(p99Ms))} to ${signed(max(p99Ms))}), from ${quietMs.toFixed(2)} ms\n\n`
  )
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`
}
