import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import type { DifferenceRow } from '../../src/profiling/difference.ts'
import { startServer } from './running-server.ts'
import { submitWithoutEnd } from './submits.ts'

interface Answer {
  readonly totals: { readonly before: number; readonly after: number }
  readonly rows: readonly DifferenceRow[]
}

test('real workers under load are profiled, and the differences name what was changed', async t => {
  const server = await startServer(t, 1)
  submitWithoutEnd(t, server.framePort)
  const usePreset = (preset: string) => server.patch('/api/v1/optimizations', { preset })
  const difference = async (after: string, before: string): Promise<Answer> =>
    (await (await fetch(`${server.url}/api/v1/profiles/${after}/diff/${before}`)).json()) as Answer
  const inclusive = ({ rows }: Answer, file: string, name: string) =>
    rows.find(row => row.file === file && row.function === name)?.inclusive ?? { before: 0, after: 0 }

  const baseline = await server.capture({ kind: 'cpu', seconds: 1, label: 'baseline' })
  await usePreset('buffered')
  const buffered = await server.capture({ kind: 'cpu', seconds: 1, label: 'buffered' })
  const allocating = await server.capture({ kind: 'allocation', seconds: 1, label: 'buffered' })
  await usePreset('pooled')
  const pooled = await server.capture({ kind: 'allocation', seconds: 1, label: 'pooled' })

  for (const report of [baseline, buffered, allocating, pooled]) {
    assert.deepEqual([report.state, report.error, report.changedMeanwhile], ['done', null, false])
    assert.ok(report.frames > 1000 && report.cpuSeconds > 0 && report.sampled.amount > 0, report.label ?? '')
    assert.equal(report.revision, report.revisionAfter)
    assert.ok(report.cost !== null && report.cost.windowSeconds.before > 0)
  }
  assert.deepEqual([baseline.switches.bufferedReader, buffered.switches.bufferedReader], [false, true])

  const reading = await difference(buffered.id, baseline.id)
  assert.ok(reading.totals.after < reading.totals.before / 2, 'a frame takes less than half the CPU')
  const onRead = inclusive(reading, 'src/dataplane/connection.ts', 'onRead')
  assert.ok(onRead.after < onRead.before / 2, 'and it is the reading of a frame that does')
  assert.ok(onRead.before > reading.totals.before / 2)

  const pooling = await difference(pooled.id, allocating.id)
  assert.ok(pooling.totals.after < pooling.totals.before / 4, 'a frame allocates less than a quarter')
  const taking = inclusive(pooling, 'src/dataplane/submit-session.ts', '#takeSubmits')
  assert.ok(taking.after < taking.before / 4, 'and it is the taking of packets that does')
  assert.ok(taking.before > pooling.totals.before / 2)
})

test('two workers are profiled at once, one alone meanwhile cannot be, and the data plane serves on', async t => {
  const server = await startServer(t, 2)
  submitWithoutEnd(t, server.framePort)
  const begun = await server.start({ kind: 'cpu', seconds: 0.5 })
  const refused = await server.post('/api/v1/profiles', { kind: 'cpu', workers: [2] })
  assert.equal(refused.status, 409)
  const { workers, workerFigures, frames } = await server.ended(begun.id)
  assert.deepEqual(workers, [1, 2])
  for (const figures of workerFigures) assert.ok(figures.frames > 0, `worker ${figures.worker} has served`)
  assert.equal(
    frames,
    workerFigures.reduce((sum, figures) => sum + figures.frames, 0)
  )
})

test('a profile that is cancelled leaves its workers free for the next one', async t => {
  const server = await startServer(t, 1)
  for (const kind of ['cpu', 'allocation', 'cpu']) {
    const { id } = await server.start({ kind, seconds: 60 })
    assert.equal((await fetch(`${server.url}/api/v1/profiles/${id}`, { method: 'DELETE' })).status, 204)
    assert.equal((await server.ended(id)).state, 'cancelled')
  }
})

test('switches that change during a capture are told of', async t => {
  const server = await startServer(t, 1)
  const { id } = await server.start({ kind: 'cpu', seconds: 0.5 })
  await server.patch('/api/v1/optimizations', { preset: 'pooled' })
  const report = await server.ended(id)
  assert.equal(report.changedMeanwhile, true)
  assert.equal(report.switches.bufferedReader, false)
})

test('pprof reads a running server, and one that goes away sets it free', async t => {
  const server = await startServer(t, 1)
  submitWithoutEnd(t, server.framePort)
  const endpoints = { profile: 'cpu', allocs: 'alloc_space', heap: 'inuse_space' }
  for (const [path, type] of Object.entries(endpoints)) {
    const response = await fetch(`${server.url}/debug/pprof/${path}?seconds=1&worker=1`)
    assert.equal(response.status, 200, path)
    const profile = Profile.decode(gunzipSync(Buffer.from(await response.arrayBuffer())))
    assert.equal(profile.stringTable.strings[Number(profile.sampleType[0]?.type)], type)
    if (path !== 'heap') assert.ok(profile.sample.length > 5, path)
  }
  const leaving = new AbortController()
  const left = fetch(`${server.url}/debug/pprof/profile?seconds=100`, { signal: leaving.signal })
  // Refused as long as the other one is being served, and so proof that it is.
  while ((await fetch(`${server.url}/debug/pprof/profile?seconds=1`)).status !== 409);
  leaving.abort()
  await assert.rejects(left)
  while ((await fetch(`${server.url}/debug/pprof/profile?seconds=1`)).status !== 200);
})
