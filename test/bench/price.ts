import type { ChildProcess } from 'node:child_process'
import { Agent, get } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { median } from 'simple-statistics'
import { comparePairs } from '../../src/experiments/comparison.ts'
import { hodgesLehmann } from '../../src/experiments/hodges-lehmann.ts'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { cpuSecondsOf, LOAD_CORE, moveToCore } from './cores.ts'
import { holdIdle } from './idle-holder.ts'
import { startFramelab } from './subject.ts'
import { type WatchedPair, watchedPairs } from './watched-pairs.ts'

/**
 * What it costs the data plane to be looked at: /metrics is scraped and connections are listed once a second, with
 * thousands of them idle in another process, while one worker serves a load. Blocks with and without take turns in one run
 * of the load; their order changes from pair to pair. Bounds: 1 % of the throughput (closed loop), 2 ms of p99 (open loop).
 *
 * The worker has a core. The load, the control plane and who looks share another: as long as the worker is what limits the
 * load, which it is in the state of `--closed-preset`, they have room there, and throughput is the worker's own.
 */
const { idle, pairs, seconds, connections, rate, closedPreset } = new Command()
  .option('--idle <count>', 'connections on which nothing happens', Number, 10_000)
  .option('--pairs <count>', 'pairs of blocks, one with and one without', Number, 10)
  .option('--seconds <count>', 'how long a block is', Number, 3)
  .option('--connections <count>', 'connections of the load', Number, 100)
  .option('--rate <count>', 'frames/s of the open loop', Number, 20_000)
  .option('--closed-preset <name>', 'state of the server in the closed loop', 'buffered')
  .parse()
  .opts()

interface Block {
  readonly framesPerSecond: number
  readonly cpuNsPerFrame: number
  readonly p99Us: number
  /** Of a core, by the worker. */
  readonly workerShare: number
}
type Pair = WatchedPair<Block>

const slowest = { metrics: 0, list: 0 }
const agent = new Agent({ keepAlive: true })
moveToCore(LOAD_CORE, process.pid)
const server = await startFramelab(closedPreset)
moveToCore(LOAD_CORE, server.primaryPid)
let holder: ChildProcess | undefined
try {
  holder = await holdIdle(server.port, idle)
  process.stdout.write(`${idle} idle connections; ${pairs} pairs of blocks of ${seconds} s; with and without\n\n`)
  print(`${closedPreset}, closed loop, 100 in flight`, await measured({ inFlight: 100 }))
  await switchTo('pooled')
  print(`pooled, open loop, ${rate} frames/s`, await measured({ inFlight: 1000, rate }))
  process.stdout.write(`longest answers: /metrics ${slowest.metrics} ms, a page of 100 ${slowest.list} ms\n`)
} finally {
  agent.destroy()
  holder?.stdin?.end()
  await server.stop()
}

async function switchTo(preset: string): Promise<void> {
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ preset })
  const answer = await fetch(`${server.http}/api/v1/optimizations`, { method: 'PATCH', headers, body })
  if (!answer.ok) throw new Error(await answer.text())
}

async function measured(schedule: { inFlight: number; rate?: number }): Promise<Pair[]> {
  const load = new LoadProcess()
  const definition = { host: '127.0.0.1', port: server.port, connections, payloadBytes: 20, durationMs: null }
  await load.start({ ...definition, ...schedule, warmUpMs: 0, dialect: 'compiled' })
  moveToCore(LOAD_CORE, load.pid ?? 0)
  await sleep(2000)
  const found = await watchedPairs(pairs, isWatched => block(load, isWatched))
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
  const { acked, ackedPerSecond, latency, seconds: elapsed } = await load.mark()
  return {
    framesPerSecond: ackedPerSecond,
    cpuNsPerFrame: (cpuSeconds / acked) * 1e9,
    p99Us: latency.p99Us,
    workerShare: cpuSeconds / elapsed
  }
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

function timed(path: string): Promise<number> {
  const beganMs = performance.now()
  return new Promise((resolve, reject) => {
    get(`${server.http}${path}`, { agent }, answer => {
      if (answer.statusCode !== 200) reject(new Error(`${path} was answered with ${answer.statusCode}`))
      answer.resume().once('end', () => resolve(Math.round(performance.now() - beganMs)))
    }).once('error', reject)
  })
}

function print(title: string, found: readonly Pair[]): void {
  const values = (which: keyof Pair, metric: keyof Block): number[] => found.map(pair => pair[which][metric])
  const ratio = (metric: keyof Block): string => {
    const options = { lowerIsBetter: true, marginPercent: 1 }
    const { effectPercent, interval } = comparePairs(values('alone', metric), values('watched', metric), options)
    return `${signed(effectPercent)} % (${interval.map(signed).join(' to ')})`
  }
  const p99 = hodgesLehmann(found.map(({ watched, alone }) => (watched.p99Us - alone.p99Us) / 1000))
  const quietMs = median(values('alone', 'p99Us')) / 1000
  const quietRate = Math.round(median(values('alone', 'framesPerSecond'))).toLocaleString('en-US')
  const share = Math.round(median(values('alone', 'workerShare')) * 100)
  process.stdout.write(
    `${title}: what looking changes, with 95 % intervals over ${found.length} pairs\n` +
      `  throughput      ${ratio('framesPerSecond')}, from ${quietRate} frames/s, the worker busy ${share} %\n` +
      `  CPU of a frame  ${ratio('cpuNsPerFrame')}, of the worker\n` +
      `  p99             ${signed(p99.estimate)} ms (${signed(p99.low)} to ${signed(p99.high)}), from ${quietMs.toFixed(2)} ms\n\n`
  )
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`
}
