import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { Command } from 'commander'
import { max, median, min } from 'simple-statistics'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { cpuSecondsOf, LOAD_CORE, moveToCore } from './cores.ts'
import { assertClean, startClient, withFlags } from './outside-client.ts'
import { type Subject, startFramelab, startPeer } from './subject.ts'

/**
 * How many frames a second one load process reaches in a closed loop, and what of its processor a frame costs: ours, and if
 * given another generator, in turn on the same server. The server has one core and the generator another. The server may
 * be a program of the least there is, which shows the limit of the generators, or a framelab in the state `pooled`, of
 * which a generator should be able to ask for all it can do.
 */
const { peer, client, rounds, seconds, connections, payload } = new Command()
  .option('--peer <command>', 'the server, with {port}; without it, a framelab in the state pooled')
  .option('--client <command>', 'another generator, with the flags that agreement.ts says')
  .option('--rounds <count>', 'rounds', Number, 5)
  .option('--seconds <count>', 'how long each measures', Number, 2)
  .option('--connections <count>', 'connections', Number, 100)
  .option('--payload <bytes>', 'payload of a Submit', Number, 20)
  .parse()
  .opts()

const WARM_UP_MS = 500

interface Reach {
  readonly framesPerSecond: number
  readonly cpuNsPerFrame: number
  /** Of a core, by the server meanwhile. */
  readonly serverShare: number
}

async function own({ port, pid }: Subject, inFlight: number): Promise<Reach> {
  const load = new LoadProcess()
  const definition = { host: '127.0.0.1', port, connections, inFlight, payloadBytes: payload, durationMs: null }
  await load.connect({ ...definition, warmUpMs: 0, dialect: 'compiled' })
  const loadPid = load.pid ?? 0
  moveToCore(LOAD_CORE, loadPid)
  load.begin()
  await sleep(WARM_UP_MS)
  await load.mark()
  const reach = await measured(loadPid, pid, async () => {
    await sleep(seconds * 1000)
    return (await load.mark()).acked
  })
  const { lost, errors } = await load.stop()
  if (lost > 0 || Object.keys(errors).length > 0) throw new Error(`our own run went wrong: ${load.firstFault}`)
  return reach
}

/** Its warm-up is counted with it: what it says of the rest stands for all of it. */
async function other({ port, pid }: Subject, inFlight: number): Promise<Reach> {
  const flags = { p: port, c: connections, P: inFlight, s: payload, d: seconds, w: WARM_UP_MS / 1000 }
  const running = startClient(withFlags(client, flags))
  await sleep(WARM_UP_MS)
  const { cpuNsPerFrame, framesPerSecond, serverShare } = await measured(running.pid, pid, async () => {
    // Not to its end, after which the system does not tell of it.
    await sleep(seconds * 1000 - WARM_UP_MS / 2)
    return 1
  })
  const said = await running.said
  assertClean(said)
  const frames = said.acks_per_s / framesPerSecond
  return { framesPerSecond: said.acks_per_s, cpuNsPerFrame: cpuNsPerFrame / frames, serverShare }
}

async function measured(loadPid: number, serverPid: number, work: () => Promise<number>): Promise<Reach> {
  const beganMs = performance.now()
  const [loadBefore, serverBefore] = [loadPid, serverPid].map(cpuSecondsOf) as [number, number]
  const frames = await work()
  const [load, server] = [loadPid, serverPid].map(cpuSecondsOf) as [number, number]
  const elapsedSeconds = (performance.now() - beganMs) / 1000
  return {
    framesPerSecond: frames / elapsedSeconds,
    cpuNsPerFrame: ((load - loadBefore) / frames) * 1e9,
    serverShare: (server - serverBefore) / elapsedSeconds
  }
}

const server = peer === undefined ? await startFramelab('pooled') : await startPeer(peer)
try {
  process.stdout.write(
    `${connections} connections, ${payload} bytes, on ${server.name}; medians (ranges) of ${rounds} rounds\n`
  )
  for (const inFlight of [1, 100, 1000]) {
    const found: { ours: Reach[]; theirs: Reach[] } = { ours: [], theirs: [] }
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`${inFlight} in flight, round ${round + 1} of ${rounds}\n`)
      const theirsFirst = client !== undefined && round % 2 === 1
      if (theirsFirst) found.theirs.push(await other(server, inFlight))
      found.ours.push(await own(server, inFlight))
      if (client !== undefined && !theirsFirst) found.theirs.push(await other(server, inFlight))
    }
    print(`${inFlight} in flight`, 'ours', found.ours)
    if (client !== undefined) print('', 'theirs', found.theirs)
  }
} finally {
  await server.stop()
}

function print(setting: string, whose: string, found: readonly Reach[]): void {
  const column = (metric: keyof Reach, written: (value: number) => string): string => {
    const values = found.map(one => one[metric])
    return `${written(median(values))} (${written(min(values))}–${written(max(values))})`
  }
  const cells = [
    `${column('framesPerSecond', value => Math.round(value).toLocaleString('en-US'))} frames/s`,
    `${column('cpuNsPerFrame', value => value.toPrecision(3))} ns/frame of the generator`,
    `server busy ${column('serverShare', value => `${Math.round(value * 100)} %`)}`
  ]
  process.stdout.write(`${setting.padEnd(16)}${whose.padEnd(8)}${cells.join('  ')}\n`)
}
