import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LoadRuns, type LoadRunsOptions, ownAddress } from '../../src/cli/load-runs.ts'
import type { LoadRunReport, LoadRunRequest } from '../../src/contract/load-run.ts'
import { LoadBusyError } from '../../src/controlplane/loads.ts'
import { frameServer, plainServer, submitServer } from '../loadgen/servers.ts'

const request: LoadRunRequest = {
  connections: 4,
  inFlight: 10,
  payloadBytes: 20,
  rate: null,
  arrival: 'constant',
  seed: 1,
  durationSeconds: 0.2,
  warmUpSeconds: 0,
  rampSeconds: 0,
  processes: 1
}

function loadRuns(
  t: TestContext,
  target: { host: string; port: number },
  onChange?: LoadRunsOptions['onChange']
): LoadRuns {
  const runs = new LoadRuns({ target: () => ({ ...target, dialect: 'compiled' }), ...(onChange && { onChange }) })
  t.after(() => runs.close())
  return runs
}

async function ended(runs: LoadRuns, id: string): Promise<LoadRunReport> {
  for (;;) {
    const report = runs.find(id)
    assert.ok(report !== null)
    if (report.finishedAt !== null) return report
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

test('a run goes from queued to done, and its figures agree with what the server counted', async t => {
  const { server, ...address } = await frameServer(t)
  const states: string[] = []
  const runs = loadRuns(t, address, ({ state }) => states.push(state))
  const { id, state } = runs.start({ ...request, rate: 1000 })
  assert.equal(state, 'queued')
  const report = await ended(runs, id)
  assert.equal(report.state, 'done')
  assert.equal(report.problem, null)
  assert.equal(report.figures?.lost, 0)
  assert.equal(report.figures?.acked, report.figures?.offered)
  assert.equal(server.snapshot().totals.framesReceived, report.figures?.sent)
  assert.ok(Date.parse(report.startedAt ?? '') >= Date.parse(report.createdAt))
  assert.deepEqual([...new Set(states)], ['queued', 'running', 'done'])
})

test('there is one run at a time, and after it the next', async t => {
  const runs = loadRuns(t, await frameServer(t))
  const { id } = runs.start(request)
  assert.throws(() => runs.start(request), LoadBusyError)
  await ended(runs, id)
  const next = runs.start(request)
  assert.notEqual(next.id, id)
  await ended(runs, next.id)
  assert.deepEqual(
    runs.list().map(run => run.id),
    [next.id, id]
  )
})

test('a run shows its progress and its last second while it is under way, and what it had when it is cancelled', async t => {
  const runs = loadRuns(t, await frameServer(t))
  const { id } = runs.start({ ...request, durationSeconds: 600, rate: 500 })
  while (runs.find(id)?.progress === null) await new Promise(resolve => setTimeout(resolve, 10))
  const live = runs.find(id)
  assert.equal(live?.state, 'running')
  assert.equal(live?.progress?.totalSeconds, 600)
  assert.deepEqual(live?.progress?.connections, { open: 4, asked: 4 })
  assert.ok((live?.lastSecond?.acked ?? 0) > 100)
  assert.equal(live?.figures, null)

  assert.equal(await runs.remove(id), true)
  const cancelled = runs.find(id)
  assert.equal(cancelled?.state, 'cancelled')
  assert.ok((cancelled?.figures?.acked ?? 0) > 400)
  assert.equal(await runs.remove(id), true)
  assert.equal(runs.find(id), null)
  assert.equal(await runs.remove(id), false)
})

test('who cancels twice does not wait for acks that never come', async t => {
  const runs = loadRuns(t, await submitServer(t, () => {}))
  const { id } = runs.start({ ...request, durationSeconds: 600 })
  while (runs.find(id)?.state !== 'running') await new Promise(resolve => setTimeout(resolve, 10))
  const first = runs.remove(id)
  await runs.remove(id)
  await first
  const report = runs.find(id)
  assert.deepEqual([report?.state, report?.figures, report?.problem], ['cancelled', null, null])
})

test('a run that cannot connect has failed, and says why', async t => {
  const { server, ...address } = await plainServer(t, () => {})
  server.close()
  const runs = loadRuns(t, address)
  const report = await ended(runs, runs.start(request).id)
  assert.equal(report.state, 'failed')
  assert.match(report.problem ?? '', /could not connect .*ECONNREFUSED/)
})

test('what went wrong in a run that came to its end is told', async t => {
  const runs = loadRuns(
    t,
    await plainServer(t, socket => socket.once('data', () => socket.write('this is not an ack')))
  )
  const report = await ended(runs, runs.start(request).id)
  assert.equal(report.state, 'done')
  assert.deepEqual(report.figures?.errors, { malformed: 4 })
  assert.match(report.problem ?? '', /expected an ack/)
})

test('only so many of the last runs are kept', async t => {
  const { server, ...address } = await plainServer(t, () => {})
  server.close()
  const runs = loadRuns(t, address)
  for (let count = 0; count < 52; count++) {
    const { id } = runs.start(request)
    // Not one of them gets as far as a connection.
    const over = runs.remove(id)
    await runs.remove(id)
    await over
  }
  assert.equal(runs.list().length, 50)
  assert.equal(runs.find('load-2'), null)
  assert.ok(runs.find('load-3') !== null)
})

test('a server that listens everywhere is loaded at a loopback address', () => {
  assert.deepEqual(['0.0.0.0', '::', '10.0.0.7'].map(ownAddress), ['127.0.0.1', '::1', '10.0.0.7'])
})
