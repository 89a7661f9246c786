import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parseDuration } from '../../src/contract/duration.ts'
import { presetNames } from '../../src/contract/optimizations.ts'
import type { LoadCounts } from '../../src/loadgen/tally.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { Program } from '../integration/support/processes.ts'
import { type ServerProcess, serverOf } from '../integration/support/server.ts'
import { found, isLong, limits } from './scale.ts'
import { trendOf } from './trend.ts'

const MEGABYTE = 1024 * 1024
const SLICES = 10
const CONNECTIONS = 100
const IN_FLIGHT = 20
const SAMPLE_EACH_MS = 500
const HEAP_STRETCHES = 20
const soak = process.env.FRAMELAB_RELIABILITY_SOAK ?? '20m'
const thousands = (count: number): string => count.toLocaleString('en-US')

/** As many as the server keeps in its history and in its audit. */
const SWITCHINGS_BEFORE = 1000

/**
 * The primary has so little to do that V8 lets garbage grow for half an hour until it collects all of it: what is kept shows
 * only after a collection. Workers are left to themselves.
 */
const COLLECTING_PRIMARY =
  "data:text/javascript,import cluster from 'node:cluster'; if (cluster.isPrimary) setInterval(gc, 10_000).unref()"

interface Sample {
  readonly workersRss: number
  readonly primaryRss: number
  readonly workersHeap: number
  readonly primaryHeap: number
  readonly files: number
}

async function sampleOf(server: ServerProcess): Promise<Sample> {
  const lines = (await server.ask<string>('GET', '/metrics')).split('\n')
  const sumOf = (family: string, process: 'primary' | 'worker' | ''): number =>
    lines
      .filter(line => line.startsWith(`${family}{process="${process}`))
      .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  return {
    workersRss: sumOf('process_resident_memory_bytes', 'worker') / MEGABYTE,
    primaryRss: sumOf('process_resident_memory_bytes', 'primary') / MEGABYTE,
    workersHeap: sumOf('nodejs_heap_size_used_bytes', 'worker') / MEGABYTE,
    primaryHeap: sumOf('nodejs_heap_size_used_bytes', 'primary') / MEGABYTE,
    files: sumOf('process_open_fds', '')
  }
}

/** A load that counts everything, from its first Submit to its last ack. */
class CountedLoad {
  readonly #program: Program

  constructor(t: TestContext, server: ServerProcess) {
    const file = fileURLToPath(new URL('counted-load.ts', import.meta.url))
    const args = [server.framePort, CONNECTIONS, IN_FLIGHT].map(String)
    this.#program = new Program(t, ['--import', 'tsx', file, ...args])
  }

  async end(): Promise<{ readonly counts: LoadCounts; readonly p99s: readonly number[] }> {
    this.#program.signal('SIGTERM')
    const { stdout, stderr } = await this.#program.ended
    assert.equal(stderr, '')
    const lines = stdout.trim().split('\n')
    return { counts: JSON.parse(lines.pop() ?? '') as LoadCounts, p99s: lines.map(Number) }
  }
}

/** Begins one and resolves with its id; null where it cannot be at the moment. */
async function begin(server: ServerProcess, path: string, body: object): Promise<string | null> {
  const { status, body: answer } = await server.call<{ id: string }>('POST', path, body)
  return status === 202 ? answer.id : null
}

/** What goes on beside the load: switches flip, and in the second half of each part an experiment flips them instead. */
class Unrest {
  flips = 0
  profiles = 0
  readonly samples: Sample[] = []
  readonly experiments: Record<string, number> = {}
  readonly #server: ServerProcess

  constructor(server: ServerProcess) {
    this.#server = server
  }

  async during(ms: number, isSampled: boolean): Promise<void> {
    const server = this.#server
    const halfMs = performance.now() + ms / 2
    if ((await begin(server, '/api/v1/profiles', { kind: 'cpu', seconds: 2 })) !== null) this.profiles++
    while (performance.now() < halfMs) {
      await this.flip(1)
      await this.#look(isSampled)
    }
    const id = await this.#beginExperiment(ms / 2000)
    const stateOf = async (): Promise<string> =>
      (await server.ask<{ state: string }>('GET', `/api/v1/experiments/${id}`)).state
    let state = await stateOf()
    for (; ['queued', 'running'].includes(state); state = await stateOf()) await this.#look(isSampled)
    this.experiments[state] = (this.experiments[state] ?? 0) + 1
  }

  async flip(times: number): Promise<void> {
    for (let time = 0; time < times; time++) {
      const preset = presetNames[this.flips++ % presetNames.length]
      await this.#server.ask('PATCH', '/api/v1/optimizations', { preset })
    }
  }

  /** One that takes so long. */
  async #beginExperiment(seconds: number): Promise<string> {
    const pairs = 6
    const blockSeconds = Math.max(0.2, seconds / pairs / 2 - 0.1)
    const arms = presetNames.slice(-2).map(preset => ({ name: preset, preset }))
    const { id } = await this.#server.ask<{ id: string }>('POST', '/api/v1/experiments', {
      ...{ arms, pairs, blockSeconds, washOutSeconds: 0.1 },
      guards: { errorRate: 0, loopDelayMs: null }
    })
    return id
  }

  async #look(isSampled: boolean): Promise<void> {
    if (isSampled) this.samples.push(await sampleOf(this.#server))
    await new Promise(resolve => setTimeout(resolve, SAMPLE_EACH_MS))
  }
}

test('for a long time under high load, with switches that flip, profiles and experiments, nothing grows and no frame is missing', {
  ...limits,
  skip: isLong && process.platform === 'linux' ? false : 'only in npm run reliability, on Linux'
}, async t => {
  const ports = ['--frame-port', '0', '--http-port', '0']
  const flags = [...ports, '--workers', '2', '--max-request-rate', '0', '--data-dir', temporaryFolder(t)]
  const node = ['--expose-gc', '--import', COLLECTING_PRIMARY]
  const server = await serverOf(new Program(t, [...node, 'dist/cli/framelab.js', 'serve', ...flags]))
  const unrest = new Unrest(server)
  const p99s: number[] = []
  let [sent, acked] = [0, 0]
  // The history is full from the start, so that what is kept does not look like growth.
  await unrest.flip(SWITCHINGS_BEFORE)
  for (let slice = 1; slice <= SLICES; slice++) {
    process.stderr.write(`  soak of ${soak}: part ${slice} of ${SLICES}\n`)
    // The first half is warm-up: the compiler's code, the heaps' sizes, what profiles leave loaded.
    const isSampled = slice > SLICES / 2
    const load = new CountedLoad(t, server)
    await eventually('traffic', async () => (await server.report()).totals.framesReceived > sent)
    await unrest.during(parseDuration(soak) / SLICES, isSampled)
    const { counts, p99s: perSecond } = await load.end()
    assert.deepEqual([counts.lost, Object.values(counts.errors).filter(count => count > 0)], [0, []])
    sent += counts.sent
    acked += counts.acked
    if (isSampled) p99s.push(...perSecond)
    await eventually('no connection left', async () => (await server.report()).totals.connectionsOpen === 0)
    const { totals } = await server.report()
    assert.deepEqual([totals.framesReceived, totals.framesSent], [sent, acked], 'both sides agree to the last frame')
  }
  assert.equal(sent, acked)
  assert.deepEqual(unrest.experiments, { done: SLICES })
  found(
    'soak',
    `${soak}, ${unrest.flips} switchings, ${unrest.profiles} profiles, ${SLICES} experiments`,
    `${thousands(sent)} Submits sent = received = acked, on both sides`
  )
  const { samples } = unrest
  const column = (name: keyof Sample): number[] => samples.map(sample => sample[name])
  const growing = [
    told("workers' RSS", 'MiB', column('workersRss')),
    // V8 gives its young generation more room and less, up to 48 MiB of it, with the bursts in which experiments are reckoned up.
    told("primary's RSS", 'MiB', column('primaryRss'), 0.4),
    // What waits to be collected is no growth: of every stretch, what was left when there was least of it.
    told("workers' heap, lowest of each stretch", 'MiB', lowestOfEach(HEAP_STRETCHES, column('workersHeap'))),
    told("primary's heap, lowest of each stretch", 'MiB', lowestOfEach(HEAP_STRETCHES, column('primaryHeap'))),
    told('open files', '', column('files')),
    // What else the machine does is in it.
    told('p99 of a second', 'µs', p99s, 0.5)
  ]
  assert.deepEqual(growing.flat(), [])
})

/** The values in so many stretches of about the same length, and the lowest of each. */
function lowestOfEach(stretches: number, values: readonly number[]): number[] {
  const length = Math.ceil(values.length / stretches)
  return Array.from({ length: Math.ceil(values.length / length) }, (_, index) =>
    Math.min(...values.slice(index * length, (index + 1) * length))
  )
}

/** Tells the trend, and returns it in words if it is one: surely upwards, and by more than this part of all. */
function told(what: string, unit: string, values: readonly number[], bearable = 0.1): string[] {
  const { gained, low, high, mean } = trendOf(values)
  const interval = `${gained.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}] ${unit}`
  const of = `${values.length} samples: mean and trend from begin to end [95 %]`
  found('soak', `${what}, ${of}`, `${mean.toFixed(1)} ${unit}, ${interval}`)
  return low > 0 && gained > bearable * mean ? [`${what}: ${interval}`] : []
}
