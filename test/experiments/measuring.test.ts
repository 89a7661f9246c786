import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ExperimentBlock, ExperimentGuards } from '../../src/contract/experiment.ts'
import type { Reading, WorkerReading } from '../../src/experiments/block-window.ts'
import type { Watched } from '../../src/experiments/guards.ts'
import { type Bench, measureBlocks } from '../../src/experiments/measure-blocks.ts'
import { type PlannedStep, splitPlan, switchbackPlan, type Turn } from '../../src/experiments/plan.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'
import { seededRandom } from '../../src/telemetry/seeded-random.ts'

/** Two workers whose time passes when somebody sleeps; worker 2 is twice as fast. Arm 1 takes half of what arm 0 takes. */
class ScriptedBench implements Bench {
  readonly said: string[] = []
  readonly pids = new Map([
    [1, 11],
    [2, 12]
  ])
  framesPerSecond = 1000
  errorsPerSecond = 0
  loopDelaySeconds = 0
  rssBytes = 1000
  /** By worker. */
  #turn: Turn = []
  #now = 0
  readonly #counts = new Map([1, 2].map(worker => [worker, { frames: 0, cpuSeconds: 0, errors: 0 }]))

  async use(turn: Turn): Promise<void> {
    this.#turn = turn
    this.said.push(turn.map(({ arm, workers }) => `${arm} on ${workers.join('+')}`).join(', '))
  }

  async settle(): Promise<void> {
    this.said.push('settle')
  }

  async sleep(seconds: number): Promise<void> {
    this.said.push(`${seconds} s`)
    this.#now += seconds
    for (const { arm, workers } of this.#turn) {
      for (const worker of workers) {
        const counts = this.#counts.get(worker) as { frames: number; cpuSeconds: number; errors: number }
        const frames = this.framesPerSecond * seconds
        counts.frames += frames
        counts.errors += this.errorsPerSecond * seconds
        counts.cpuSeconds += (frames * (arm === 0 ? 2e-6 : 1e-6)) / worker
      }
    }
  }

  async read(): Promise<Reading> {
    return {
      workers: new Map([...this.pids].map(([worker, pid]) => [worker, this.#readingOf(worker, pid)])),
      load: null
    }
  }

  watch(worker: number, since: Reading): Watched | null {
    const before = since.workers.get(worker)
    const pid = this.pids.get(worker)
    if (before === undefined || pid === undefined || pid !== before.pid) return null
    const now = this.#readingOf(worker, pid)
    return { frames: now.frames - before.frames, errors: now.errors - before.errors, rssBytes: this.rssBytes }
  }

  #readingOf(worker: number, pid: number): WorkerReading {
    const counts = this.#counts.get(worker) as { frames: number; cpuSeconds: number; errors: number }
    const batches = new LatencyHistogram()
    batches.record(5000)
    const { loopDelaySeconds, rssBytes } = this
    const none = { reads: 0, writes: 0, gcSeconds: 0, allocatedBytes: 0, externalBytes: 0 }
    return { ...none, ...counts, pid, atMs: this.#now * 1000, loopDelaySeconds, rssBytes, batches }
  }
}

const unguarded: ExperimentGuards = { errorRate: null, p99Factor: null, loopDelayMs: null, rssBytes: null }
const { signal } = new AbortController()

async function measured(
  bench: ScriptedBench,
  steps: readonly PlannedStep[],
  guards: Partial<ExperimentGuards> = {},
  each: (block: ExperimentBlock) => void = () => {}
): Promise<ExperimentBlock[]> {
  const blocks: ExperimentBlock[] = []
  const plan = {
    steps,
    arms: ['before', 'after'],
    blockSeconds: 2,
    washOutSeconds: 0.5,
    guards: { ...unguarded, ...guards }
  }
  for await (const block of measureBlocks(plan, bench, signal)) {
    blocks.push(block)
    each(block)
  }
  return blocks
}

const switchback = (pairs: number): PlannedStep[] => switchbackPlan(2, pairs, [1, 2], seededRandom(1))

test('after each change the wash-out goes by, and then the block is measured', async () => {
  const bench = new ScriptedBench()
  const [block] = await measured(bench, switchback(1).slice(0, 1))
  assert.deepEqual(bench.said, [`${block?.arm} on 1+2`, 'settle', '0.5 s', '1 s', '1 s'])
  assert.equal(block?.seconds, 2)
  assert.equal(block?.frames, 4000)
  assert.equal(block?.figures.p50, 5)
  assert.equal(block?.figures.gcPerMillionFrames, 0)
  assert.equal(block?.figures.errors, 0)
})

test('in a split, a worker that is twice as fast changes no ratio of arms', async () => {
  const blocks = await measured(new ScriptedBench(), splitPlan(2, 6, [1, 2], seededRandom(2)))
  assert.equal(blocks.length, 12)
  for (let pair = 0; pair < 6; pair++) {
    const cpu = (arm: number): number =>
      blocks.find(block => block.pair === pair && block.arm === arm)?.figures.cpuPerFrame ?? 0
    assert.ok(Math.abs(cpu(1) / cpu(0) - 0.5) < 1e-9)
  }
})

test('a block with too little traffic is marked, with figures that are not known', async () => {
  const bench = new ScriptedBench()
  bench.framesPerSecond = 0
  const [block] = await measured(bench, switchback(1))
  assert.equal(block?.excluded, 'too little traffic: 0 frames')
  assert.equal(block?.figures.cpuPerFrame, null)
  assert.equal(block?.figures.framesPerSecond, 0)
})

for (const [name, guards, cross, message] of [
  [
    'errors',
    { errorRate: 0.01 },
    { errorsPerSecond: 20 },
    /^guard errorRate: errors were 2 % \(\d+ beside \d+ frames\) in a block of '/
  ],
  [
    'errors where nothing but errors comes',
    { errorRate: 0.5 },
    { errorsPerSecond: 200, framesPerSecond: 0 },
    /^guard errorRate: errors were 100 % \(\d+ beside 0 frames\) in a block of '/
  ],
  ['memory', { rssBytes: 500 }, {}, /^guard rssBytes: a worker took 1000 bytes .* more than 500$/],
  ['loop delay', { loopDelayMs: 100 }, { loopDelaySeconds: 0.25 }, /^guard loopDelayMs: the event loop was 250 ms late/]
] as const) {
  test(`a guard of ${name} ends it in the first block that crosses it`, async () => {
    const bench = Object.assign(new ScriptedBench(), cross as Partial<ScriptedBench>)
    await assert.rejects(measured(bench, switchback(6), guards), { name: 'GuardError', message })
    assert.equal(bench.said.filter(line => line.includes(' on ')).length, 1)
  })
}

test('a guard of p99 needs three blocks of the first arm, and ends it when a block is beyond the factor', async () => {
  const bench = new ScriptedBench()
  const read = bench.read.bind(bench)
  let slow = false
  bench.read = async () => {
    const reading = await read()
    for (const { batches } of slow ? reading.workers.values() : []) batches.recordMany(1e6, 1000)
    return reading
  }
  let blocks = 0
  const measuring = measured(bench, switchback(10), { p99Factor: 3 }, () => {
    slow = ++blocks >= 8
  })
  await assert.rejects(
    measuring,
    /^GuardError: guard p99Factor: p99 was \d+\.\d times that of the first arm in a block of '/
  )
  assert.equal(blocks, 9)
})

test('a worker that is another process than before ends it within a second of the block', async () => {
  const bench = new ScriptedBench()
  const measuring = measured(bench, switchback(6), {}, () => bench.pids.set(2, 99))
  // Between two blocks it is the bench that remembers whom it measures; within one it is seen here.
  const read = bench.read.bind(bench)
  let reads = 0
  bench.read = async () => {
    const reading = await read()
    if (++reads === 3) bench.pids.set(2, 100)
    return reading
  }
  await assert.rejects(measuring, /worker 2 ended, or did not answer/)
})

test('what is aborted ends with the reason, and begins no further turn', async () => {
  const bench = new ScriptedBench()
  const abort = new AbortController()
  const plan = {
    steps: switchback(6),
    arms: ['before', 'after'],
    blockSeconds: 1,
    washOutSeconds: 0,
    guards: unguarded
  }
  const reason = new Error('enough')
  await assert.rejects(async () => {
    for await (const _ of measureBlocks(plan, bench, abort.signal)) abort.abort(reason)
  }, reason)
  assert.equal(bench.said.filter(line => line.includes(' on ')).length, 1)
})
