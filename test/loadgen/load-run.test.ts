import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RunProgress } from '../../src/loadgen/load-run.ts'
import { LoadConnectError } from '../../src/loadgen/open-clients.ts'
import { afterCalls, assertBalanced, loadRun, until } from './runs.ts'
import { acks, frameServer, submitServer } from './servers.ts'

test('a run against a frame server loses nothing and counts what the server counts', async t => {
  const { server, ...address } = await frameServer(t)
  const run = loadRun(t, address, { connections: 20, inFlight: 50, durationMs: 200, warmUpMs: 50 })
  await run.start()
  const figures = await run.finished

  assertBalanced(run, figures)
  assert.equal(figures.lost, 0)
  assert.deepEqual(figures.errors, {})
  assert.ok(figures.acked > 1000)
  const { totals } = server.snapshot()
  assert.equal(totals.framesReceived, run.totals.sent)
  assert.equal(totals.framesSent, run.totals.acked)
  assert.equal(totals.connectionsAccepted, 20)
})

test('the figures are of the measured window, and the warm-up is left out', async t => {
  const answered = 200
  let left = answered
  const address = await submitServer(t, (socket, ids) => {
    const taken = ids.slice(0, left)
    left -= taken.length
    socket.write(acks(taken))
  })
  const run = loadRun(t, address, { durationMs: 50, warmUpMs: 500 }, { quietMs: 50 })
  await run.start()
  const figures = await run.finished

  assert.equal(run.totals.acked, answered, 'all of them in the warm-up')
  assert.equal(figures.acked, 0)
  assert.equal(figures.ackedPerSecond, 0)
  assert.equal(figures.latency.maxUs, 0)
  assert.equal(figures.lost, 30)
  assertBalanced(run, figures)
})

test('the rate is what was acked in the window, divided by its seconds', async t => {
  const address = await frameServer(t)
  const run = loadRun(t, address, { durationMs: 100, warmUpMs: 20 })
  await run.start()
  const { acked, seconds, ackedPerSecond } = await run.finished
  assert.ok(seconds >= 0.099)
  // `seconds` is rounded to milliseconds.
  assert.ok(Math.abs(ackedPerSecond / (acked / seconds) - 1) < 0.01)
})

test('a finished run has closed its connections', async t => {
  const closed = afterCalls(3)
  const address = await submitServer(t, (socket, ids) => socket.write(acks(ids)))
  address.server.on('connection', socket => socket.on('close', () => closed.call()))
  const run = loadRun(t, address, { durationMs: 20 })
  await run.start()
  assert.equal((await run.finished).lost, 0)
  await closed.reached
})

test('latencies rise from p50 to max and are no shorter than the server makes them', async t => {
  const held = afterCalls(30)
  const address = await submitServer(t, (socket, ids) => {
    setTimeout(() => {
      socket.write(acks(ids))
      held.call(ids.length)
    }, 30)
  })
  const run = loadRun(t, address)
  await run.start()
  await until(held, run)
  const { latency } = await run.stop()

  const rising = [latency.p50Us, latency.p90Us, latency.p99Us, latency.p999Us, latency.maxUs]
  assert.deepEqual(
    rising,
    rising.toSorted((a, b) => a - b)
  )
  // A timer may fire up to a millisecond early.
  assert.ok(latency.p50Us >= 28_000, `${latency.p50Us} µs`)
})

test('never more than inFlight Submits of a connection are outstanding, and a lone ack is followed by one Submit', async t => {
  const inFlight = 7
  const owed = [0, 0, 0]
  const served = afterCalls(500)
  let most = 0
  const address = await submitServer(t, (socket, ids, connection) => {
    owed[connection] = (owed[connection] ?? 0) + ids.length
    most = Math.max(most, ...owed)
    setImmediate(() => {
      owed[connection] = (owed[connection] ?? 0) - ids.length
      for (const id of ids) socket.write(acks([id]))
      served.call(ids.length)
    })
  })
  const run = loadRun(t, address, { inFlight })
  await run.start()
  await until(served, run)
  assertBalanced(run, await run.stop())
  assert.equal(most, inFlight)
})

test('both wire dialects are understood', async t => {
  const address = await frameServer(t, 'documented')
  const run = loadRun(t, address, { dialect: 'documented', durationMs: 50 })
  await run.start()
  const figures = await run.finished
  assert.deepEqual(figures.errors, {})
  assert.ok(figures.acked > 0)
})

test('payloads from none to larger than any block arrive whole', async t => {
  for (const payloadBytes of [0, 1, 65_000, 65_536, 300_000]) {
    const { server, ...address } = await frameServer(t)
    const run = loadRun(t, address, { payloadBytes, inFlight: 5, durationMs: 50 })
    await run.start()
    const figures = await run.finished
    assertBalanced(run, figures)
    assert.deepEqual(figures.errors, {}, `${payloadBytes} bytes`)
    assert.equal(figures.lost, 0)
    const { framesReceived, bytesReceived } = server.snapshot().totals
    assert.equal(bytesReceived, framesReceived * (13 + payloadBytes))
  }
})

test('marks divide a run into blocks that add up to the whole', async t => {
  const served = afterCalls(3000)
  const address = await submitServer(t, (socket, ids) => {
    socket.write(acks(ids))
    served.call(ids.length)
  })
  const run = loadRun(t, address)
  await run.start()
  const first = run.mark()
  await until(served, run)
  const second = run.mark()
  await run.stop()
  const last = run.mark()

  assert.equal(first.sent + second.sent + last.sent, run.totals.sent)
  assert.equal(first.acked + second.acked + last.acked, run.totals.acked)
  assert.ok(second.acked >= 2000)
  assert.ok(second.seconds > 0)
  assert.ok(second.latency.p50Us > 0)
  assert.equal(second.lost, 0)
})

test('acks that come after the end of the window are not lost', async t => {
  const stopping = afterCalls(30)
  const waiting: (() => void)[] = []
  const address = await submitServer(t, (socket, ids) => {
    waiting.push(() => socket.write(acks(ids)))
    stopping.call(ids.length)
  })
  const run = loadRun(t, address, {}, { quietMs: 10_000 })
  await run.start()
  await until(stopping, run)
  const stopped = run.stop()
  for (const answer of waiting) answer()
  const figures = await stopped
  assert.equal(run.totals.acked, 30)
  assert.equal(figures.lost, 0)
  assert.equal(figures.acked, 0, 'they are not of the window')
  assert.ok(figures.latency.maxUs > 0, 'but their latency shows')
  assertBalanced(run, figures)
})

test('a run goes on with the connections that are left', async t => {
  const others = afterCalls(500)
  const address = await submitServer(t, (socket, ids, connection) => {
    if (connection === 1) socket.destroy()
    else {
      socket.write(acks(ids))
      others.call(ids.length)
    }
  })
  const run = loadRun(t, address)
  await run.start()
  await until(others, run)
  const figures = await run.stop()
  assertBalanced(run, figures)
  assert.deepEqual(figures.errors, { closed: 1 })
  assert.equal(figures.lost, 10)
  assert.match(run.firstFault ?? '', /^connection 1: /)
})

test('progress is told once a second with what the last second brought', async t => {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const reports: RunProgress[] = []
  const served = afterCalls(1000)
  const address = await submitServer(t, (socket, ids) => {
    socket.write(acks(ids))
    served.call(ids.length)
  })
  const run = loadRun(
    t,
    address,
    { durationMs: 60_000, warmUpMs: 3000 },
    { onProgress: report => reports.push(report) }
  )
  await run.start()
  await until(served, run)
  t.mock.timers.tick(1000)
  t.mock.timers.tick(1000)

  assert.equal(reports.length, 2)
  assert.equal(reports[0]?.phase, 'warm_up')
  assert.equal(reports[0]?.open, 3)
  assert.ok((reports[0]?.lastSecond.counts.acked ?? 0) >= 900)
  assert.equal(reports[1]?.lastSecond.counts.acked, 0)
  const figures = await run.stop()
  assert.equal(figures.seconds, 0, 'stopped during its warm-up')
  assertBalanced(run, figures)
})

test('a run that cannot connect says so, counts it and is finished', async t => {
  const address = await submitServer(t, () => {})
  address.server.close()
  const run = loadRun(t, address, { connections: 4 })
  await assert.rejects(run.start(), (error: unknown) => {
    assert.ok(error instanceof LoadConnectError)
    assert.equal(error.port, address.port)
    assert.ok(error.message.includes(`${address.host}:${address.port}`))
    assert.ok(error.message.includes('ECONNREFUSED'))
    return true
  })
  const figures = await run.finished
  assert.deepEqual(figures.errors, { connect: 4 })
  assert.equal(figures.sent, 0)
})

test('a run can be stopped while it connects', async t => {
  const accepted = afterCalls(1)
  const address = await submitServer(t, () => {})
  address.server.on('connection', () => accepted.call())
  const run = loadRun(t, address, { connections: 5000 })
  const started = run.start()
  await until(accepted, run)
  const figures = await run.stop()
  await started
  assert.equal(figures.sent, 0)
  assert.equal(figures.lost, 0)
  assert.equal(figures.errors.closed, undefined)
})
