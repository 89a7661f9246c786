import { Command } from 'commander'
import { max, median, min } from 'simple-statistics'
import type { LoadDefinition } from '../../src/loadgen/load-definition.ts'
import { LoadProcess } from '../../src/loadgen/load-process.ts'
import { LOAD_CORE, moveToCore } from './cores.ts'
import { assertClean, startClient, withFlags } from './outside-client.ts'
import { startFramelab } from './subject.ts'

/**
 * Does our load generator measure what another one measures? Both load the same framelab server in turn, at the same
 * settings; what is printed is our figure divided by the other's in the same round. The other one is a program with the
 * flags -p port -c connections -P in flight -s payload -d seconds -w warm-up -r frames/s (0 is a closed loop) -j, which
 * prints one JSON object with acks_per_s, p50_us, p99_us, errors and lost.
 *
 * One that sleeps until something comes adds its own awakening, some 30 µs, to every latency; ours looks without a pause
 * when an ack may come or a Submit is due, and shows the server's. Against such a program p50 therefore reads lower, and
 * agrees once that does not sleep either (load.c has -x for it). In a closed loop what both say can be checked: frames/s
 * times the mean latency is what is in flight.
 */
const { client, rounds, seconds, connections } = new Command()
  .requiredOption('--client <command>', 'the other load generator')
  .option('--rounds <count>', 'rounds; each has both, in turn first', Number, 5)
  .option('--seconds <count>', 'how long each measures', Number, 2)
  .option('--connections <count>', 'connections', Number, 100)
  .parse()
  .opts()

const PAYLOAD_BYTES = 20
const WARM_UP_MS = 500

interface Setting {
  readonly name: string
  readonly inFlight: number
  /** 0 is a closed loop. */
  readonly rate: number
}

const settings: readonly Setting[] = [
  { name: 'closed, 1 in flight', inFlight: 1, rate: 0 },
  { name: 'closed, 100 in flight', inFlight: 100, rate: 0 },
  { name: 'closed, 1000 in flight', inFlight: 1000, rate: 0 },
  { name: 'open, 1,000/s', inFlight: 100, rate: 1000 },
  { name: 'open, 10,000/s', inFlight: 100, rate: 10_000 },
  { name: 'open, 50,000/s', inFlight: 100, rate: 50_000 }
]

interface Figures {
  readonly framesPerSecond: number
  readonly p50Us: number
  readonly p99Us: number
  readonly limited: boolean
}

async function own(port: number, { inFlight, rate }: Setting): Promise<Figures> {
  const load = new LoadProcess()
  const definition: LoadDefinition = {
    host: '127.0.0.1',
    port,
    connections,
    inFlight,
    payloadBytes: PAYLOAD_BYTES,
    durationMs: seconds * 1000,
    warmUpMs: WARM_UP_MS,
    dialect: 'compiled',
    ...(rate > 0 && { rate })
  }
  await load.connect(definition)
  moveToCore(LOAD_CORE, load.pid ?? 0)
  load.begin()
  const { ackedPerSecond, latency, lost, errors, generator } = await load.finished
  if (lost > 0 || Object.keys(errors).length > 0) throw new Error(`our own run went wrong: ${load.firstFault}`)
  return { framesPerSecond: ackedPerSecond, p50Us: latency.p50Us, p99Us: latency.p99Us, limited: generator.limited }
}

async function other(port: number, { inFlight, rate }: Setting): Promise<Figures> {
  const flags = { p: port, c: connections, P: inFlight, s: PAYLOAD_BYTES, d: seconds, w: WARM_UP_MS / 1000, r: rate }
  const said = await startClient(withFlags(client, flags)).said
  assertClean(said)
  return { framesPerSecond: said.acks_per_s, p50Us: said.p50_us, p99Us: said.p99_us, limited: false }
}

const server = await startFramelab('pooled')
try {
  process.stdout.write(
    `${connections} connections, ${PAYLOAD_BYTES} bytes; ours / theirs, median (range) of ${rounds} rounds\n`
  )
  for (const setting of settings) {
    const pairs: { ours: Figures; theirs: Figures }[] = []
    for (let round = 0; round < rounds; round++) {
      process.stderr.write(`${setting.name}, round ${round + 1} of ${rounds}\n`)
      const theirsFirst = round % 2 === 1 ? await other(server.port, setting) : null
      const ours = await own(server.port, setting)
      pairs.push({ ours, theirs: theirsFirst ?? (await other(server.port, setting)) })
    }
    const columns = (['framesPerSecond', 'p50Us', 'p99Us'] as const).map(metric => column(metric, pairs))
    const limited = pairs.filter(({ ours }) => ours.limited).length
    const note = limited === 0 ? '' : `  (in ${limited} of them our generator said that it was the limit)`
    process.stdout.write(`${setting.name.padEnd(22)}  ${columns.join('  ')}${note}\n`)
  }
} finally {
  await server.stop()
}

function column(
  metric: 'framesPerSecond' | 'p50Us' | 'p99Us',
  pairs: readonly { ours: Figures; theirs: Figures }[]
): string {
  const ratios = pairs.map(({ ours, theirs }) => ours[metric] / theirs[metric])
  const middle = (of: 'ours' | 'theirs'): string =>
    Math.round(median(pairs.map(pair => pair[of][metric]))).toLocaleString('en-US')
  const range = `${min(ratios).toFixed(2)}–${max(ratios).toFixed(2)}`
  return `${metric} ${middle('ours')} / ${middle('theirs')} = ${median(ratios).toFixed(2)} (${range})`
}
