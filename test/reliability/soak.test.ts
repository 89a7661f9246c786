import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import test from 'node:test'
import { parseDuration } from '../../src/contract/duration.ts'
import { presetNames } from '../../src/contract/optimizations.ts'
import { temporaryFolder } from '../integration/support/checkout.ts'
import { eventually } from '../integration/support/eventually.ts'
import { startLoad } from '../integration/support/load.ts'
import { type ServerProcess, startServer } from '../integration/support/server.ts'
import { found, isLong, limits } from './scale.ts'
import { trendOf } from './trend.ts'

const MEGABYTE = 1024 * 1024
const SLICES = 10
const CONNECTIONS = 100
const IN_FLIGHT = 20
const soak = process.env.FRAMELAB_RELIABILITY_SOAK ?? '20m'

interface Sample {
  readonly rss: number
  readonly heap: number
  readonly files: number
}

async function sampleOf(server: ServerProcess): Promise<Sample> {
  const { workers } = await server.report()
  const exposition = await server.ask<string>('GET', '/metrics')
  const heaps = [...exposition.matchAll(/^nodejs_heap_size_used_bytes\S* (\S+)$/gm)].map(([, value]) => Number(value))
  const pids = [server.program.pid, ...workers.map(({ pid }) => pid ?? 0)]
  return {
    rss: workers.reduce((sum, { rssBytes }) => sum + rssBytes, 0),
    heap: heaps.reduce((sum, bytes) => sum + bytes, 0),
    files: pids.reduce((sum, pid) => sum + readdirSync(`/proc/${pid}/fd`).length, 0)
  }
}

test('for a long time under high load, with switches that flip and profiles, nothing grows and no frame is missing', {
  ...limits,
  skip: isLong && process.platform === 'linux' ? false : 'only in npm run reliability, on Linux'
}, async t => {
  const server = await startServer(t, ['--workers', '2', '--data-dir', temporaryFolder(t)])
  const sliceMs = Math.max(5000, Math.round(parseDuration(soak) / SLICES))
  const samples: Sample[] = []
  const p99s: number[] = []
  let [sent, acked, flips, profiles] = [0, 0, 0, 0]
  for (let slice = 1; slice <= SLICES; slice++) {
    process.stderr.write(`  soak of ${soak}: part ${slice} of ${SLICES}\n`)
    const load = startLoad(t, server, [
      '--connections',
      String(CONNECTIONS),
      '--in-flight',
      String(IN_FLIGHT),
      '--duration',
      `${sliceMs}ms`
    ])
    let over = false
    const result = load.result.finally(() => {
      over = true
    })
    await server.call('POST', '/api/v1/profiles', { kind: 'cpu', seconds: 2 }).then(({ status }) => {
      if (status === 202) profiles++
    })
    while (!over) {
      const preset = presetNames[flips++ % presetNames.length]
      await server.ask('PATCH', '/api/v1/optimizations', { preset })
      // The first half is warm-up: the compiler's code, the heaps' sizes, what profiles leave loaded.
      if (slice > SLICES / 2) samples.push(await sampleOf(server))
      await new Promise(resolve => setTimeout(resolve, 500))
    }
    const { code, figures } = await result
    assert.equal(code, 0, 'every Submit was acked as it should')
    assert.equal(figures.lost, 0)
    sent += figures.sent
    acked += figures.acked
    const { latency } = figures as unknown as { latency: { p99Us: number } }
    if (slice > SLICES / 2) p99s.push(latency.p99Us)
  }
  await eventually('no connection left', async () => (await server.report()).totals.connectionsOpen === 0)
  const { totals } = await server.report()
  assert.deepEqual([totals.framesSent, acked], [totals.framesReceived, sent])
  // What the load does not count: a window of each connection, begun before its measuring or ended after it.
  const uncounted = totals.framesReceived - sent
  assert.ok(uncounted >= 0 && uncounted <= SLICES * CONNECTIONS * IN_FLIGHT, `${uncounted} frames more at the server`)
  found(
    'soak',
    `${soak}, ${flips} switchings, ${profiles} profiles`,
    `${sent.toLocaleString('en-US')} Submits received = acked on both sides`
  )

  const rows = [
    ["workers' RSS", samples.map(({ rss }) => rss / MEGABYTE), 'MiB'],
    ['heap of all processes', samples.map(({ heap }) => heap / MEGABYTE), 'MiB'],
    ['open files', samples.map(({ files }) => files), ''],
    ['p99 of each part', p99s, 'µs']
  ] as const
  const growing: string[] = []
  for (const [what, values, unit] of rows) {
    const { gained, low, high, mean } = trendOf(values)
    const interval = `${gained.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}] ${unit}`
    found('soak', `${what}: mean and trend from begin to end [95 %]`, `${mean.toFixed(1)} ${unit}, ${interval}`)
    // A leak: surely upwards, and by more than a tenth of all.
    if (!what.startsWith('p99') && low > 0 && gained > mean / 10) growing.push(`${what}: ${interval}`)
  }
  assert.deepEqual(growing, [])
})
