import assert from 'node:assert/strict'
import test from 'node:test'
import type { ServerReport } from '../../src/contract/server-report.ts'
import { eventually } from './support/eventually.ts'
import { FrameClient } from './support/frame-client.ts'
import { startLoad } from './support/load.ts'
import { isAlive } from './support/processes.ts'
import { type ServerProcess, startServer } from './support/server.ts'

const limits = { timeout: 90_000 }

/** The totals of a report, as names and numbers. */
function totalsOf({ totals }: ServerReport): Record<string, number> {
  const { refused, connectionsOpen: _mayFall, ...counts } = totals
  return { ...counts, ...refused }
}

/** Every counter of the metrics by its name and labels. */
function countersOf(exposition: string): Record<string, number> {
  const samples = exposition.split('\n').flatMap(line => {
    const [, name = '', labels = '', value = ''] =
      /^(framelab_\w+_(?:total|count|sum|bucket))(\{.*\})? (\S+)$/.exec(line) ?? []
    return name === '' ? [] : [[name + labels, Number(value)] as const]
  })
  return Object.fromEntries(samples)
}

/** Asks again and again, and notes every total that is lower than before. */
async function watchTotals(server: ServerProcess, until: () => boolean): Promise<{ polls: number; falls: string[] }> {
  const falls: string[] = []
  let polls = 0
  const highest: Record<string, number> = {}
  const note = (place: string, figures: Record<string, number>): void => {
    for (const [name, value] of Object.entries(figures)) {
      const key = `${place} ${name}`
      if (value < (highest[key] ?? 0)) falls.push(`${key}: ${highest[key]} -> ${value}`)
      highest[key] = value
    }
  }
  while (!until()) {
    note('/api/v1/server', totalsOf(await server.report()))
    note('/metrics', countersOf(await server.ask<string>('GET', '/metrics')))
    polls++
  }
  return { polls, falls }
}

test('a worker killed under load is replaced and counted, others go on, and no total falls', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const load = startLoad(t, server, ['--connections', '20', '--in-flight', '20', '--duration', '60s'])
  const steady = await FrameClient.connect(t, server.framePort)
  const other = await FrameClient.connect(t, server.framePort)
  await eventually('traffic', async () => (await server.report()).totals.framesSent > 10_000)

  // The one connection is with the one worker, the other with the other.
  const { items } = await server.ask<{ items: { worker: number; peer: { port: number } }[] }>(
    'GET',
    '/api/v1/connections'
  )
  const workerOf = (client: FrameClient): number =>
    items.find(({ peer }) => peer.port === client.socket.localPort)?.worker ?? 0
  const victim = workerOf(other)
  assert.notEqual(workerOf(steady), victim)
  const before = await server.report()
  const pid = await server.pidOf(victim)

  let replaced = false
  const watched = watchTotals(server, () => replaced)
  process.kill(pid, 'SIGKILL')
  await other.untilClosed()
  // On the surviving worker nothing happens, whatever happens beside it.
  for (let round = 0; round < 20; round++) {
    steady.submit(10)
    await steady.acked()
  }
  const after = await eventually('another process', async () => {
    const report = await server.report()
    const worker = report.workers.find(({ id }) => id === victim)
    return worker?.state === 'running' && worker.pid !== pid ? report : null
  })
  const late = await Promise.all(Array.from({ length: 4 }, () => FrameClient.connect(t, server.framePort)))
  for (const client of late) client.submit(10)
  await Promise.all(late.map(client => client.acked()))
  replaced = true

  const { polls, falls } = await watched
  assert.ok(polls >= 5, `${polls} polls`)
  assert.deepEqual(falls, [])
  assert.deepEqual(
    after.workers.map(({ id, restarts }) => ({ id, restarts })),
    [1, 2].map(id => ({ id, restarts: id === victim ? 1 : 0 }))
  )
  assert.equal(await server.metric(`framelab_worker_restarts_total{worker="${victim}"}`), 1)
  assert.equal(await server.metric(`framelab_worker_restarts_total{worker="${3 - victim}"}`), 0)
  const connectionsLost = before.workers.find(({ id }) => id === victim)?.connections ?? 0
  const metric = `framelab_connections_closed_total{worker="${victim}",reason="worker_lost"}`
  assert.equal(await server.metric(metric), connectionsLost)
  assert.ok(server.log.some(({ msg }) => new RegExp(`worker ${victim} was ended by SIGKILL`).test(msg)))
  assert.equal(steady.closed, false)

  // The load had some of its connections there, and says so; on the others nothing was lost.
  load.program.signal('SIGINT')
  const { figures } = await load.result
  assert.equal(figures.sent, figures.acked + figures.lost + (figures.errors.refused ?? 0))
  const ofTheLoad = connectionsLost - 1
  assert.ok(figures.lost <= ofTheLoad * 20, `${figures.lost} lost on ${ofTheLoad} connections with 20 in flight`)
})

test('a replaced worker runs with the switches of the one before', limits, async t => {
  const server = await startServer(t, ['--workers', '1'])
  await server.ask('PATCH', '/api/v1/optimizations', { preset: 'baseline' })
  const pid = await server.pidOf(1)
  process.kill(pid, 'SIGKILL')
  await eventually('another process', async () => {
    const [worker] = (await server.report()).workers
    return worker?.state === 'running' && worker.pid !== pid
  })
  const client = await FrameClient.connect(t, server.framePort)
  client.submit(1000)
  await client.acked()
  assert.equal((await server.report()).totals.writes, 1000, 'one write an ack, as in the baseline')
})

test('a worker that dies again and again is started ever later, and the log says so', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  const witness = await FrameClient.connect(t, server.framePort)
  let lastPid = 0
  // Whichever worker the witness is with is left alone.
  witness.submit(1)
  await witness.acked()
  const busy = (await server.report()).workers.find(({ connections }) => connections === 1)
  const victim = busy?.id === 1 ? 2 : 1
  for (let death = 1; death <= 5; death++) {
    lastPid = await eventually(`process ${death} of the worker`, async () => {
      const worker = (await server.report()).workers.find(({ id }) => id === victim)
      return worker?.state === 'running' && worker.pid !== lastPid ? worker.pid : null
    })
    process.kill(lastPid, 'SIGKILL')
    await eventually('a note of its death', () => deathsIn(server).length === death)
  }

  assert.match(deathsIn(server)[0] ?? '', /replaced at once/)
  const delays = deathsIn(server).flatMap(
    message => /restart loop: the next one starts in ([\d.]+) s/.exec(message)?.[1] ?? []
  )
  assert.deepEqual(delays.map(Number), [0.1, 0.2, 0.4, 0.8])
  assert.equal(await server.metric(`framelab_worker_restarts_total{worker="${victim}"}`), 5)
  // Meanwhile the other one serves, and the server is ready.
  assert.equal((await server.call('GET', '/readyz')).status, 200)
  witness.submit(100)
  await witness.acked()
})

for (const signals of [1, 2]) {
  test(`${signals} signal(s) stop a server at once while a worker waits to be started again`, limits, async t => {
    const server = await startServer(t, ['--workers', '1'])
    for (let death = 1; death <= 6; death++) {
      const pid = await eventually('a process', async () => {
        const [worker] = (await server.report()).workers
        return worker?.state === 'running' ? worker.pid : null
      })
      process.kill(pid, 'SIGKILL')
      await eventually('a note of its death', () => deathsIn(server).length === death)
    }
    const beganMs = performance.now()
    for (let sent = 0; sent < signals; sent++) server.program.signal('SIGTERM')
    const { code, signal } = await server.program.ended
    // The second one may come when it has all but ended, and no longer listens to signals.
    assert.ok(code === 0 || (signals === 2 && signal === 'SIGTERM'), `code ${code}, signal ${signal}`)
    assert.ok(performance.now() - beganMs < 5000)
    assert.equal(server.program.groupAlive, false)
  })
}

test('workers do not outlive a primary that was killed', limits, async t => {
  const server = await startServer(t, ['--workers', '2'])
  startLoad(t, server, ['--connections', '10', '--in-flight', '20', '--duration', '30s'])
  await eventually('traffic', async () => (await server.report()).totals.framesSent > 1000)
  const pids = (await server.report()).workers.map(({ pid }) => pid ?? 0)
  assert.ok(pids.every(isAlive))
  server.program.signal('SIGKILL')
  await eventually('the end of all workers', () => pids.every(pid => !isAlive(pid)))
})

function deathsIn(server: ServerProcess): string[] {
  return server.log.filter(({ msg }) => /was ended by SIGKILL/.test(msg)).map(({ msg }) => msg)
}
