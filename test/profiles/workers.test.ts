import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import type { AuditEntry } from '../../src/contract/audit.ts'
import type { ProfileReport } from '../../src/contract/profile.ts'
import { EventStream } from '../support/event-stream.ts'
import { goPprof, withoutGo } from '../support/go-pprof.ts'
import { eventually } from '../support/lab-process.ts'
import { startServer } from './running-server.ts'
import { submitWithoutEnd } from './submits.ts'

/** Per million frames: of all stacks, and of those that lead through some files of ours. */
interface Sums {
  readonly all: Amounts
  readonly through: Amounts
}
type Amounts = Readonly<Record<'before' | 'after', number>>

/**
 * The optimising compiler makes one function of several, each time others: which file a stack leads through is sure, which
 * of its functions is not.
 */
function sumsOf(collapsed: string, files: RegExp): Sums {
  const sums = { all: { before: 0, after: 0 }, through: { before: 0, after: 0 } }
  for (const line of collapsed.split('\n').slice(0, -1)) {
    const [, stack = '', before, after] = /^(.*) (\d+) (\d+)$/.exec(line) ?? []
    for (const sum of files.test(stack) ? [sums.all, sums.through] : [sums.all]) {
      sum.before += Number(before)
      sum.after += Number(after)
    }
  }
  return sums
}

/** Beside them, what the process does whether frames come or not is little. */
const enoughFrames = { cpu: 20_000, allocation: 200_000 }

interface CaptureOrder {
  readonly kind: keyof typeof enoughFrames
  readonly seconds: number
  readonly label?: string
}

const near = (a: number, b: number, what: string): void =>
  assert.ok(Math.abs(a - b) <= 0.01 * Math.max(a, b), `${what}: ${a}, ${b}`)

test('real workers under load are profiled, and the differences name what was changed', async t => {
  const server = await startServer(t, 1)
  submitWithoutEnd(t, server.framePort)
  const usePreset = (preset: string) => server.patch('/api/v1/optimizations', { preset })
  const difference = async (after: ProfileReport, before: ProfileReport, files: RegExp): Promise<Sums> => {
    const url = `${server.url}/api/v1/profiles/${after.id}/diff/${before.id}?format=collapsed`
    return sumsOf(await (await fetch(url)).text(), files)
  }

  // A process that is a second old, or starved by others, does little but compile: then there is nothing to compare yet.
  const capture = async (request: CaptureOrder): Promise<ProfileReport> => {
    for (;;) {
      const report = await server.capture(request)
      if (report.state !== 'done' || report.frames > enoughFrames[request.kind]) return report
    }
  }
  await capture({ kind: 'cpu', seconds: 0.5 })

  const ofTime = { kind: 'cpu', seconds: 1, intervalMicroseconds: 1000 } as const
  const baseline = await capture({ ...ofTime, label: 'baseline' })
  await usePreset('buffered')
  const buffered = await capture({ ...ofTime, label: 'buffered' })
  const allocating = await capture({ kind: 'allocation', seconds: 1, label: 'buffered' })
  await usePreset('pooled')
  const pooled = await capture({ kind: 'allocation', seconds: 1, label: 'pooled' })

  for (const report of [baseline, buffered, allocating, pooled]) {
    assert.deepEqual([report.state, report.error, report.changedMeanwhile], ['done', null, false])
    assert.ok(report.cpuSeconds > 0 && report.sampled.amount > 0, report.label ?? '')
    assert.equal(report.revision, report.revisionAfter)
    assert.ok(report.cost !== null && report.cost.windowSeconds.before > 0)
    assert.ok(report.loopUtilization > 0 && report.loopUtilization <= 1 && report.reads > 0 && report.writes > 0)
  }
  assert.deepEqual([baseline.switches.bufferedReader, buffered.switches.bufferedReader], [false, true])

  const collapsed = await (await fetch(`${server.url}/api/v1/profiles/${baseline.id}/download?format=collapsed`)).text()
  const charged = sumsOf(collapsed.replaceAll(/ \d+$/gm, '$& 0'), /./).all.before
  near(charged / 1e9, baseline.cpuSeconds, 'the stacks hold what the system has charged')
  assert.doesNotMatch(collapsed, /v8-capture/, 'the profiler getting ready is none of the work')

  const reading = await difference(buffered, baseline, /^\(event loop|src\/dataplane\/(socket-adapter|connection)\.ts/)
  assert.ok(reading.all.after < reading.all.before / 2, 'a frame takes less than half the CPU')
  assert.ok(reading.through.after < reading.through.before / 2, 'and it is the reading of a frame that does')
  // Compiling goes on all the while, on threads of its own.
  const threads = await difference(buffered, baseline, /^\(other threads/)
  assert.ok(reading.through.before > (reading.all.before - threads.through.before) / 2, 'most that the thread does')

  const packets = /src\/dataplane\/(submit-session|packet-pool|ack-sources)\.ts/
  const pooling = await difference(pooled, allocating, packets)
  assert.ok(pooling.all.after < pooling.all.before / 4, 'a frame allocates less than a quarter')
  assert.ok(pooling.through.after < pooling.through.before / 4, 'and it is the making of packets and acks that does')
  assert.ok(pooling.through.before > pooling.all.before / 2)
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

test('what is fetched live comes of both kinds at once, and of each kind once', async t => {
  const server = await startServer(t, 1)
  const fetchProfile = (path: string, seconds: number) => fetch(`${server.url}/debug/pprof/${path}?seconds=${seconds}`)
  const leaving = new AbortController()
  const cpu = fetch(`${server.url}/debug/pprof/profile?seconds=100`, { signal: leaving.signal })
  while ((await fetchProfile('profile', 1)).status !== 409);
  assert.equal((await fetchProfile('allocs', 1)).status, 200)
  const refused = await server.post('/api/v1/profiles', { kind: 'allocation' })
  assert.match(
    ((await refused.json()) as { detail: string }).detail,
    /profiled already \(a fetch from \/debug\/pprof\)/
  )
  leaving.abort()
  await assert.rejects(cpu)
  await eventually('the worker is free', async () => {
    const { status } = await server.post('/api/v1/profiles', { kind: 'allocation', seconds: 0.1 })
    return status === 202
  })
})

test('a profile that nobody asks about any more is cancelled, one that somebody follows is not', async t => {
  const server = await startServer(t, 1)
  const followed = await server.capture({ kind: 'cpu', seconds: 3.5, abandonAfterSeconds: 3 })
  assert.equal(followed.state, 'done')
  const { id } = await server.start({ kind: 'cpu', seconds: 60, abandonAfterSeconds: 3 })
  // The list shows it, and asks about none.
  await eventually('it is cancelled', async () => {
    const { items } = (await (await fetch(`${server.url}/api/v1/profiles`)).json()) as { items: ProfileReport[] }
    return items.find(profile => profile.id === id)?.state === 'cancelled'
  })
})

test('who had a profile captured, and who deleted it, is in the audit, and its beginning and end are events', async t => {
  const server = await startServer(t, 1)
  const stream = await EventStream.open(`${server.url}/api/v1/events`)
  t.after(() => stream.close())
  const { id } = await server.capture({ kind: 'cpu', seconds: 0.2, label: 'seen' })
  await fetch(`${server.url}/api/v1/profiles/${id}`, { method: 'DELETE' })
  await eventually('its end is told', () => stream.of('profile').length === 2)
  assert.deepEqual(
    stream.of('profile').map(({ data }) => {
      const { id: of, state, label, kind, workers } = data as ProfileReport
      return [of, state, label, kind, workers]
    }),
    ['running', 'done'].map(state => [id, state, 'seen', 'cpu', [1]])
  )
  const { items } = (await (await fetch(`${server.url}/api/v1/audit`)).json()) as { items: AuditEntry[] }
  assert.deepEqual(
    items.map(({ cause, target, by }) => [cause, target, by]),
    ['unprofile', 'profile'].map(cause => [cause, `worker 1 (cpu, 0.2 s, ${id})`, '127.0.0.1'])
  )
})

test('of a profile whose file is damaged it is said so, and it can be deleted', async t => {
  const server = await startServer(t, 1)
  const { id } = await server.capture({ kind: 'cpu', seconds: 0.2 })
  const url = `${server.url}/api/v1/profiles/${id}`
  const file = join(server.dataDir, 'profiles', `${id}.data.gz`)
  const whole = await readFile(file)
  const damaged: [Buffer | null, RegExp][] = [
    [whole.subarray(0, whole.byteLength / 2), /unexpected end of file/],
    [gzipSync('[{"worker":1,"profile":{"nodes":[]}}]'), /nodes is empty/],
    [gzipSync('{}'), /the content is not an array/],
    [null, /ENOENT/]
  ]
  for (const [content, why] of damaged) {
    if (content === null) await rm(file)
    else await writeFile(file, content)
    for (const path of ['/download?format=cpuprofile', '/download?format=pprof', `/diff/${id}`]) {
      const response = await fetch(url + path)
      assert.equal(response.status, 500)
      const { detail } = (await response.json()) as { detail: string }
      assert.match(detail, new RegExp(`^what is stored of profile '${id}' is damaged \\(.*\\); delete it$`))
      assert.match(detail, why)
    }
  }
  assert.equal((await fetch(url, { method: 'DELETE' })).status, 204)
  assert.equal((await fetch(url)).status, 404)
})

test("Go's pprof reads a running server", { skip: withoutGo }, async t => {
  const server = await startServer(t, 1)
  submitWithoutEnd(t, server.framePort)
  const top = await goPprof(t, '-top', `${server.url}/debug/pprof/profile?seconds=1`)
  assert.match(top, /^Type: cpu$/m)
  assert.match(top, /Duration: 1[.\d]*s, Total samples = /)
  assert.match(top, / dataplane\/connection\.onRead$/m)
  const allocated = await goPprof(t, '-top', `${server.url}/debug/pprof/allocs?seconds=1&worker=1`)
  assert.match(allocated, /^Type: alloc_space$/m)
  assert.match(allocated, / dataplane\//)
})

test('a profile that is cancelled leaves its workers free for the next one', async t => {
  const server = await startServer(t, 1)
  for (const kind of ['cpu', 'allocation', 'cpu']) {
    const { id } = await server.start({ kind, seconds: 60 })
    assert.equal((await fetch(`${server.url}/api/v1/profiles/${id}`, { method: 'DELETE' })).status, 204)
    assert.equal((await server.ended(id)).state, 'cancelled')
  }
})

test('a worker that dies ends its profile, and the next process of it can be profiled', async t => {
  const server = await startServer(t, 1)
  const { id } = await server.start({ kind: 'cpu', seconds: 100 })
  const { items } = (await (await fetch(`${server.url}/api/v1/workers`)).json()) as { items: { pid: number }[] }
  process.kill(items[0]?.pid as number, 'SIGKILL')
  const { state, error } = await server.ended(id)
  assert.deepEqual([state, error], ['failed', 'worker 1 was ended by SIGKILL'])
  await eventually('its successor is profiled', async () => {
    const response = await server.post('/api/v1/profiles', { kind: 'cpu', seconds: 0.1 })
    const { id: next } = (await response.json()) as ProfileReport
    return (await server.ended(next)).state === 'done'
  })
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
    // With everything pooled a second allocates little, and the newer the compiler the less.
    if (path !== 'heap') assert.ok(profile.sample.length > (path === 'profile' ? 5 : 0), path)
  }
  const leaving = new AbortController()
  const left = fetch(`${server.url}/debug/pprof/profile?seconds=100`, { signal: leaving.signal })
  // Refused as long as the other one is being served, and so proof that it is.
  while ((await fetch(`${server.url}/debug/pprof/profile?seconds=1`)).status !== 409);
  leaving.abort()
  await assert.rejects(left)
  while ((await fetch(`${server.url}/debug/pprof/profile?seconds=1`)).status !== 200);
})
