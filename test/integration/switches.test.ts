import assert from 'node:assert/strict'
import test from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { optimizationNames, presetNames } from '../../src/contract/optimizations.ts'
import type { OptimizationsReport, ServerTotals } from '../../src/contract/server-report.ts'
import { eventually } from './support/eventually.ts'
import { startLoad } from './support/load.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 90_000 }

const change = (server: ServerProcess, body: object): Promise<OptimizationsReport> =>
  server.ask('PATCH', '/api/v1/optimizations', body)

/** More than ten connections have in flight. */
const FRAMES_UNDER_WAY = 3_000

/**
 * Reads and writes a frame, over so many frames. What every connection had its memory ready for when the switches changed is
 * left out: its next read is still the one that it was waiting for.
 */
async function perFrame(server: ServerProcess, frames: number): Promise<{ reads: number; writes: number }> {
  const { totals: atFirst } = await server.report()
  const before = await eventually('the reads under way', async () => {
    const { totals } = await server.report()
    return totals.framesReceived >= atFirst.framesReceived + FRAMES_UNDER_WAY ? totals : null
  })
  const after = await eventually(`${frames} more frames`, async () => {
    const { totals } = await server.report()
    return totals.framesReceived >= before.framesReceived + frames ? totals : null
  })
  const ratio = (key: keyof ServerTotals, by: keyof ServerTotals): number =>
    (Number(after[key]) - Number(before[key])) / (Number(after[by]) - Number(before[by]))
  return { reads: ratio('reads', 'framesReceived'), writes: ratio('writes', 'framesSent') }
}

test('a preset changes how live connections are read and written, and the totals show it', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const load = startLoad(t, server, ['--connections', '10', '--in-flight', '100', '--duration', '60s'])
  await eventually('traffic', async () => (await server.report()).totals.framesSent > 0)
  const { connectionsAccepted } = (await server.report()).totals

  for (const round of [1, 2]) {
    await change(server, { preset: 'baseline' })
    const naive = await perFrame(server, 20_000)
    assert.ok(naive.reads > 1.95 && naive.reads < 2.05, `round ${round}: ${naive.reads} reads a frame with exact reads`)
    assert.ok(naive.writes > 0.95 && naive.writes <= 1.01, `round ${round}: ${naive.writes} writes a frame`)

    for (const preset of ['buffered', 'pooled']) {
      await change(server, { preset })
      const batched = await perFrame(server, 200_000)
      assert.ok(batched.reads < 0.2, `round ${round}, ${preset}: ${batched.reads} reads a frame`)
      assert.ok(batched.writes < 0.2, `round ${round}, ${preset}: ${batched.writes} writes a frame`)
    }
  }
  assert.equal(
    (await server.report()).totals.connectionsAccepted,
    connectionsAccepted,
    'the same connections all along'
  )

  load.program.signal('SIGINT')
  const { code, figures } = await load.result
  assert.deepEqual({ code, lost: figures.lost, errors: figures.errors }, { code: 0, lost: 0, errors: {} })
})

test('one worker runs before and another after at the same moment, under the same traffic', limits, async t => {
  const server = await startServer(t, ['--workers', '2', '--preset', 'pooled'])
  const load = startLoad(t, server, ['--connections', '10', '--in-flight', '50', '--duration', '60s'])
  const report = await change(server, { preset: 'baseline', workers: [2] })
  const reader = report.optimizations.find(({ name }) => name === 'bufferedReader')
  assert.deepEqual(
    { enabled: reader?.enabled, workers: reader?.workers },
    { enabled: 'mixed', workers: { 1: true, 2: false } }
  )
  assert.equal(await server.metric('framelab_optimization_enabled{worker="1",name="bufferedReader"}'), 1)
  assert.equal(await server.metric('framelab_optimization_enabled{worker="2",name="bufferedReader"}'), 0)

  const figures = async (worker: number): Promise<{ frames: number; reads: number }> => {
    const label = `{worker="${worker}"}`
    const names = [`framelab_frames_received_total${label}`, `framelab_reads_total${label}`]
    const [frames = 0, reads = 0] = await server.metrics(...names)
    return { frames, reads }
  }
  const before = { 1: await figures(1), 2: await figures(2) }
  await eventually('traffic on both workers', async () => {
    const [first, second] = [await figures(1), await figures(2)]
    return first.frames > before[1].frames + 50_000 && second.frames > before[2].frames + 5_000
  })
  for (const worker of [1, 2] as const) {
    const after = await figures(worker)
    const reads = (after.reads - before[worker].reads) / (after.frames - before[worker].frames)
    if (worker === 1) assert.ok(reads < 0.3, `${reads} reads a frame on the buffered worker`)
    else assert.ok(reads > 1.95 && reads < 2.05, `${reads} reads a frame on the naive worker`)
  }

  load.program.signal('SIGINT')
  const { code, figures: result } = await load.result
  assert.deepEqual({ code, lost: result.lost, errors: result.errors }, { code: 0, lost: 0, errors: {} })
})

test('while all switches flip at random, no ack is lost, repeated or out of order', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const load = startLoad(t, server, ['--connections', '50', '--in-flight', '20', '--duration', '60s'])
  await eventually('traffic', async () => (await server.report()).totals.framesSent > 0)

  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item
  const endMs = performance.now() + 3000
  let flips = 0
  let revision = 0
  while (performance.now() < endMs || flips < 40) {
    const workers = pick([{}, { workers: [1] }, { workers: [2] }])
    const what =
      Math.random() < 0.2 ? { preset: pick(presetNames) } : { [pick(optimizationNames)]: Math.random() < 0.5 }
    const report = await change(server, { ...what, ...workers })
    assert.ok(report.revision > revision)
    revision = report.revision
    flips++
    await sleep(Math.random() * 5)
  }
  t.diagnostic(`${flips} changes`)

  load.program.signal('SIGINT')
  const { code, figures } = await load.result
  assert.deepEqual({ code, lost: figures.lost, errors: figures.errors }, { code: 0, lost: 0, errors: {} })
  assert.ok(figures.acked > 10_000)
  assert.equal(figures.sent, figures.acked)
})

test('a worker that there is not is refused, and nothing changes', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const before = await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
  const { status, body } = await server.call<{ errors: { pointer: string }[] }>('PATCH', '/api/v1/optimizations', {
    bufferedReader: false,
    workers: [1, 3]
  })
  assert.equal(status, 400)
  assert.deepEqual(
    body.errors.map(({ pointer }) => pointer),
    ['/workers/1']
  )
  assert.deepEqual(await server.ask('GET', '/api/v1/optimizations'), before)
})
