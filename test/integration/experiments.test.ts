import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { AuditEntry } from '../../src/contract/audit.ts'
import type { ChangeEvent } from '../../src/contract/events.ts'
import type { ExperimentReport, ExperimentSummary } from '../../src/contract/experiment.ts'
import type { OptimizationsReport } from '../../src/contract/server-report.ts'
import { eventually } from './support/eventually.ts'
import { startLoad } from './support/load.ts'
import { runFramelab } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'
import { takenPort } from './support/taken-port.ts'

const url = '/api/v1/experiments'
const limits = { timeout: 120_000 }
const load = { connections: 8, inFlight: 50 }
const baseline = { name: 'before', preset: 'baseline' }
const buffered = { name: 'after', preset: 'buffered' }

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'framelab-experiments-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

const serverIn = (t: TestContext, folder: string, args: readonly string[] = []): Promise<ServerProcess> =>
  startServer(t, ['--data-dir', folder, ...args])

const begin = (server: ServerProcess, body: object): Promise<ExperimentReport> => server.ask('POST', url, body)

function until(
  server: ServerProcess,
  id: string,
  what: (report: ExperimentReport) => boolean
): Promise<ExperimentReport> {
  return eventually(
    'the experiment to get on',
    async () => {
      const report = await server.ask<ExperimentReport>('GET', `${url}/${id}`)
      return what(report) ? report : null
    },
    90_000
  )
}

const isOver = ({ state }: ExperimentReport): boolean => state !== 'queued' && state !== 'running'

/** By switch and worker. */
async function inForce(server: ServerProcess): Promise<object> {
  const { optimizations } = await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
  return Object.fromEntries(optimizations.map(({ name, workers }) => [name, workers]))
}

test('baseline against buffered is found to be improved by far, and every figure shows it', limits, async t => {
  const server = await serverIn(t, await folderOf(t), ['--workers', '1', '--preset', 'pooled'])
  const before = await inForce(server)
  const body = {
    arms: [baseline, buffered],
    pairs: 8,
    blockSeconds: 0.5,
    washOutSeconds: 0.2,
    load,
    seed: 7,
    profile: true
  }
  const { id } = await begin(server, body)
  const running = await until(server, id, ({ blocks }) => blocks.length > 0)
  assert.equal(running.state, 'running')
  assert.equal(await server.metric('framelab_experiment_running'), 1)
  assert.equal((await server.call('POST', url, body)).status, 409)
  assert.equal((await server.call('PATCH', '/api/v1/optimizations', { packetPool: false })).status, 409)
  const report = await until(server, id, isOver)
  assert.equal(report.state, 'done', report.error ?? '')
  const { cpuPerFrame, readsPerFrame, allocatedPerFrame, errors } = report.verdicts
  assert.equal(cpuPerFrame?.verdict, 'improved', report.sentence)
  assert.ok((cpuPerFrame?.effectPercent ?? 0) < -40, `${cpuPerFrame?.effectPercent} %`)
  assert.equal(cpuPerFrame?.unit, 'µs')
  assert.equal(cpuPerFrame?.pairs, 8)
  assert.ok(Math.abs((readsPerFrame?.before ?? 0) - 2) < 0.1 && (readsPerFrame?.after ?? 1) < 0.2)
  // Both make a Submit, a copied payload and an ack for each frame.
  assert.ok((allocatedPerFrame?.after ?? 0) > 100 && (allocatedPerFrame?.before ?? 0) < 10_000)
  assert.equal(errors?.verdict, 'equivalent')
  assert.equal(errors?.effectPercent, null)
  assert.match(report.sentence, /^'after' is better than 'before': CPU per frame −/)
  assert.equal(report.blocks.length, 16)
  assert.ok(report.selfTest !== null)
  assert.equal(report.profiles.length, 2)
  for (const profile of report.profiles)
    assert.equal((await server.call('GET', `/api/v1/profiles/${profile}`)).status, 200)
  assert.equal(await server.metric('framelab_experiment_running'), 0)
  assert.deepEqual(await inForce(server), before)
  const { items } = await server.ask<{ items: ExperimentSummary[] }>('GET', url)
  assert.deepEqual(
    items.map(item => item.id),
    [id]
  )
  assert.equal('blocks' in (items[0] as object), false)
})

test('equal arms are not found to be different', limits, async t => {
  const server = await serverIn(t, await folderOf(t), ['--workers', '1'])
  const arms = [
    { name: 'one', preset: 'pooled' },
    { name: 'other', preset: 'pooled' }
  ]
  const verdicts: unknown[] = []
  // One run in twenty may be wrong; two after each other are not.
  for (let run = 0; run < 2; run++) {
    const { id } = await begin(server, { arms, pairs: 8, blockSeconds: 0.3, washOutSeconds: 0.05, load })
    const report = await until(server, id, isOver)
    verdicts.push(report.verdicts.cpuPerFrame?.verdict ?? report.error)
    if (verdicts.at(-1) === 'inconclusive' || verdicts.at(-1) === 'equivalent') return
  }
  assert.fail(`${verdicts.join(', ')}`)
})

test('split measures both arms at once on different workers, which swap within each pair', limits, async t => {
  const server = await serverIn(t, await folderOf(t), ['--workers', '2'])
  startLoad(t, server, ['--connections', '8', '--in-flight', '50', '--duration', '100s'])
  await eventually('traffic', async () => (await server.report()).totals.framesSent > 0)
  const before = await inForce(server)
  const split = { design: 'split', pairs: 6, blockSeconds: 0.6, washOutSeconds: 0.1 }
  const { id } = await begin(server, { arms: [baseline, buffered], ...split })
  const report = await until(server, id, isOver)
  assert.equal(report.state, 'done', report.error ?? '')
  assert.equal(report.blocks.length, 12)
  for (const { workers, figures } of report.blocks) {
    assert.deepEqual(workers, [1, 2])
    assert.ok((figures.p99 ?? 0) > 0, 'the duration of batches stands for latency')
  }
  assert.ok((report.verdicts.readsPerFrame?.before ?? 0) > 1.9)
  assert.equal(report.verdicts.cpuPerFrame?.verdict, 'improved', report.sentence)
  assert.deepEqual(await inForce(server), before)
  const third = { name: 'third', preset: 'pooled' }
  const refused = await server.call<{ detail: string }>('POST', url, { arms: [baseline, buffered, third], ...split })
  assert.equal(refused.status, 400)
  assert.match(refused.body.detail, /3 arms, 2 workers/)
})

test('a load that is not served on all of its connections is not measured', limits, async t => {
  const server = await serverIn(t, await folderOf(t), ['--max-connections', '5'])
  const { id } = await begin(server, { arms: [baseline, buffered], pairs: 6, blockSeconds: 0.2, load })
  const { state, error, blocks } = await until(server, id, isOver)
  assert.deepEqual([state, error, blocks], ['failed', 'only 5 of the 8 connections of the load are open', []])
})

test('without traffic it says so, early', limits, async t => {
  const server = await serverIn(t, await folderOf(t), ['--workers', '1'])
  const body = { arms: [baseline, buffered], pairs: 100, blockSeconds: 0.2, washOutSeconds: 0 }
  const { id } = await begin(server, body)
  const { state, error, blocks } = await until(server, id, isOver)
  assert.equal(state, 'failed')
  assert.match(error ?? '', /nothing to measure .*"load": {}/)
  assert.ok(blocks.every(({ excluded }) => excluded !== null))
})

test('a load of its own that cannot stay connected is not measured, and the reason is told', limits, async t => {
  // Whoever may not connect is closed at once.
  const server = await serverIn(t, await folderOf(t), ['--workers', '1', '--deny-networks', '127.0.0.0/8'])
  const { id } = await begin(server, { arms: [baseline, buffered], load })
  const { state, error, blocks } = await until(server, id, isOver)
  assert.equal(state, 'failed')
  assert.match(error ?? '', /^the load run has finished: connection \d+: the server closed it/)
  assert.deepEqual(blocks, [])
})

for (const [what, spoilt, said] of [
  ['what is in force', 'switches-before', /^what is in force cannot be written down.*--data-dir must name a folder/],
  ['an experiment', 'experiments', /^what is kept cannot be read or written .*--data-dir names another place/]
] as const) {
  test(
    `where ${what} cannot be written down, nothing is switched, and the server serves all the same`,
    limits,
    async t => {
      const folder = await folderOf(t)
      await writeFile(join(folder, spoilt), 'no folder')
      const server = await serverIn(t, folder, ['--workers', '1'])
      const { revision } = await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
      const { id } = await begin(server, { arms: [baseline, buffered], load })
      const { error, state } = await until(server, id, isOver)
      assert.equal(state, 'failed')
      assert.match(error ?? '', said)
      assert.equal((await server.ask<OptimizationsReport>('GET', '/api/v1/optimizations')).revision, revision)
      assert.equal((await server.call('PATCH', '/api/v1/optimizations', { noDelay: false })).status, 200)
    }
  )
}

const long = { arms: [baseline, buffered], pairs: 200, blockSeconds: 2, washOutSeconds: 0.1, load }

/** A server whose workers differ, in the middle of an experiment of which it is at the first blocks. */
async function inTheMiddle(t: TestContext, body: object = {}) {
  const folder = await folderOf(t)
  const server = await serverIn(t, folder, ['--workers', '2', '--preset', 'buffered'])
  await server.ask('PATCH', '/api/v1/optimizations', { coalescedWriter: false, workers: [1] })
  await server.ask('PATCH', '/api/v1/optimizations', { packetPool: true, workers: [2] })
  const before = await inForce(server)
  const { id } = await begin(server, { ...long, ...body })
  await until(server, id, report => report.sentence.startsWith('Measuring') || report.state !== 'queued')
  return { folder, server, before, id }
}

test('cancelled, it gives back what was in force on each worker', limits, async t => {
  const { server, before, id } = await inTheMiddle(t)
  await eventually('an arm in force', async () => JSON.stringify(await inForce(server)) !== JSON.stringify(before))
  assert.equal((await server.call('DELETE', `${url}/${id}`)).status, 204)
  assert.deepEqual(await inForce(server), before)
  const report = await until(server, id, isOver)
  assert.equal(report.state, 'cancelled')
  assert.equal((await server.call('DELETE', `${url}/${id}`)).status, 204)
  assert.equal((await server.call('GET', `${url}/${id}`)).status, 404)
})

test('a guard that is crossed ends it and gives back what was in force on each worker', limits, async t => {
  const { server, before, id } = await inTheMiddle(t, { guards: { rssBytes: 1 } })
  const report = await until(server, id, isOver)
  assert.equal(report.state, 'failed')
  assert.match(report.error ?? '', /^guard rssBytes: a worker took \d+ bytes in a block of '/)
  assert.deepEqual(await inForce(server), before)
})

test('a worker that dies ends it, and what was in force on each worker is given back', limits, async t => {
  const { server, before, id } = await inTheMiddle(t)
  process.kill(await server.pidOf(2), 'SIGKILL')
  const report = await until(server, id, isOver)
  assert.equal(report.state, 'failed')
  assert.match(report.error ?? '', /worker \d ended|load/)
  assert.deepEqual(await inForce(server), before)
})

test('SIGTERM gives back what was in force on each worker before anything is drained', limits, async t => {
  const { folder, server, before, id } = await inTheMiddle(t)
  const events = await fetch(`${server.url}/api/v1/events?history=0`, { headers: { accept: 'text/event-stream' } })
  let text = ''
  const reading = (async () => {
    for await (const chunk of events.body ?? []) text += Buffer.from(chunk).toString()
  })().catch(() => {})
  await eventually('an arm in force', async () => JSON.stringify(await inForce(server)) !== JSON.stringify(before))
  server.program.signal('SIGTERM')
  assert.equal((await server.program.ended).code, 0)
  await reading
  const changes = [...text.matchAll(/event: change\ndata: (.*)/g)].map(
    ([, data]) => JSON.parse(data ?? '') as ChangeEvent
  )
  assert.deepEqual(byName(changes.at(-1)?.inForce ?? {}), before)
  assert.ok(text.lastIndexOf('event: change') < text.lastIndexOf('event: drain') || !text.includes('event: drain'))
  // It is kept as failed, and is nothing to be put back.
  const next = await serverIn(t, folder, ['--workers', '2', '--preset', 'pooled'])
  const report = await next.ask<ExperimentReport>('GET', `${url}/${id}`)
  assert.equal(report.state, 'failed')
  assert.equal(report.error, 'the server is draining')
  assert.notDeepEqual(await inForce(next), before)
})

test('killed outright and started again, the server puts back what was in force on each worker', limits, async t => {
  const { folder, server, before, id } = await inTheMiddle(t)
  await eventually('an arm in force', async () => JSON.stringify(await inForce(server)) !== JSON.stringify(before))
  server.program.signal('SIGKILL')
  await server.program.ended
  // A start that comes to nothing leaves it to the next one.
  const port = await takenPort(t)
  const busy = await runFramelab(t, ['serve', '--data-dir', folder, '--frame-port', '0', '--http-port', `${port}`])
  assert.match(busy.stderr, /the port is taken/)
  const next = await serverIn(t, folder, ['--workers', '2', '--preset', 'baseline'])
  assert.deepEqual(await inForce(next), before)
  const report = await next.ask<ExperimentReport>('GET', `${url}/${id}`)
  assert.equal(report.state, 'failed')
  assert.equal(report.error, 'the server ended during it')
  const { items } = await next.ask<{ items: AuditEntry[] }>('GET', '/api/v1/audit')
  const entry = items.find(({ cause }) => cause === 'unexperiment')
  assert.equal(entry?.target, `experiment ${id}`)
  assert.ok((entry?.changes.length ?? 0) > 0)
  // Once: whoever changes them afterwards is not undone by the next start.
  next.program.signal('SIGTERM')
  await next.program.ended
  const last = await serverIn(t, folder, ['--workers', '2', '--preset', 'baseline'])
  assert.notDeepEqual(await inForce(last), before)
})

test(
  'what was answered is kept: killed in the same moment, it has failed, and the switches are what they were',
  limits,
  async t => {
    const folder = await folderOf(t)
    const server = await serverIn(t, folder, ['--workers', '1', '--preset', 'buffered'])
    await server.ask('PATCH', '/api/v1/optimizations', { coalescedWriter: false })
    const ending = { noDelay: false, ttlSeconds: 600, reason: 'a try' }
    const { layers } = await server.ask<OptimizationsReport>('PATCH', '/api/v1/optimizations', ending)
    const before = await inForce(server)
    const { id } = await begin(server, long)
    server.program.signal('SIGKILL')
    await server.program.ended
    const next = await serverIn(t, folder, ['--workers', '1', '--preset', 'baseline'])
    assert.equal((await next.ask<ExperimentReport>('GET', `${url}/${id}`)).state, 'failed')
    assert.deepEqual(await inForce(next), before)
    const now = await next.ask<OptimizationsReport>('GET', '/api/v1/optimizations')
    assert.deepEqual(
      now.layers.map(({ id: _id, ...layer }) => layer),
      layers.map(({ id: _id, ...layer }) => layer)
    )
  }
)

function byName(byWorker: ChangeEvent['inForce']): Record<string, Record<string, boolean>> {
  const names = Object.keys(Object.values(byWorker)[0] ?? {})
  const workers = Object.entries(byWorker)
  return Object.fromEntries(
    names.map(name => [
      name,
      Object.fromEntries(workers.map(([worker, switches]) => [worker, switches[name as 'noDelay']]))
    ])
  )
}
