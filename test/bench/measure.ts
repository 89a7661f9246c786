import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { cpuSecondsOf, LOAD_CORE, moveToCore } from './cores.ts'
import { startClient } from './outside-client.ts'
import type { Subject } from './subject.ts'

export interface Load {
  readonly connections: number
  readonly inFlight: number
  readonly payloadBytes: number
  readonly warmUpMs: number
  readonly blockMs: number
  /** Another load client: a command with {port}, {pid}, {connections}, {inFlight}, {payload}, {seconds}; null is our own. */
  readonly client: string | null
}

export interface Measurement {
  readonly framesPerSecond: number
  /** Processor time of the server's process for one frame. */
  readonly cpuNsPerFrame: number
  readonly p50Us: number
  readonly p99Us: number
  /** Errors and lost frames; anything but 0 spoils the comparison. */
  readonly faults: number
}

/** One block of load on one server. */
export function measure(subject: Subject, load: Load): Promise<Measurement> {
  return load.client === null ? measureWithOwnLoad(subject, load) : measureWithClient(subject, load, load.client)
}

async function measureWithOwnLoad({ port, pid }: Subject, load: Load): Promise<Measurement> {
  const process = new LoadProcess()
  const { connections, inFlight, payloadBytes } = load
  await process.start({
    host: '127.0.0.1',
    port,
    connections,
    inFlight,
    payloadBytes,
    durationMs: null,
    warmUpMs: 0,
    dialect: 'compiled'
  })
  moveToCore(LOAD_CORE, process.pid ?? 0)
  await sleep(load.warmUpMs)
  await process.mark()
  const beganMs = performance.now()
  const cpuBefore = cpuSecondsOf(pid)
  await sleep(load.blockMs)
  const cpuSeconds = cpuSecondsOf(pid) - cpuBefore
  const seconds = (performance.now() - beganMs) / 1000
  const block = await process.mark()
  const all = await process.stop()
  const faults = all.lost + Object.values(all.errors).reduce((sum, count) => sum + count, 0)
  return {
    framesPerSecond: block.ackedPerSecond,
    cpuNsPerFrame: (cpuSeconds / seconds / block.ackedPerSecond) * 1e9,
    p50Us: block.latency.p50Us,
    p99Us: block.latency.p99Us,
    faults
  }
}

/** The client prints one JSON object with acks_per_s, server_cpu_pct, p50_us, p99_us, errors and lost. */
async function measureWithClient({ port, pid }: Subject, load: Load, client: string): Promise<Measurement> {
  const values: Record<string, number> = {
    port,
    pid,
    connections: load.connections,
    inFlight: load.inFlight,
    payload: load.payloadBytes,
    seconds: load.blockMs / 1000
  }
  const command = client.replaceAll(/\{(\w+)\}/g, (_, name: string) => `${values[name]}`).split(' ')
  const said = await startClient(command).said
  return {
    framesPerSecond: said.acks_per_s,
    cpuNsPerFrame: ((said.server_cpu_pct / 100) * 1e9) / said.acks_per_s,
    p50Us: said.p50_us,
    p99Us: said.p99_us,
    faults: said.errors
  }
}
