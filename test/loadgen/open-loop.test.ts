import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { performance } from 'node:perf_hooks'
import { type TestContext, test } from 'node:test'
import type { LoadFigures } from '../../src/contract/load-figures.ts'
import type { LoadDefinition } from '../../src/loadgen/load-definition.ts'
import { afterCalls, assertBalanced, loadRun, until } from './runs.ts'
import { acks, frameServer, type Listening, submitServer } from './servers.ts'

const RATE = 1000
const STALL_MS = 500

interface StallingServer extends Listening {
  /** How long it really answered nothing. */
  stalledMs(): number
}

/** Answers at once, but from one Submit on answers nothing for half a second, and then all that has come. */
async function stallingServer(t: TestContext, firstStalled: number): Promise<StallingServer> {
  let seen = 0
  let stalledMs = 0
  let held: (() => void)[] | null = null
  const address = await submitServer(t, (socket: Socket, ids) => {
    const answer = (): boolean => socket.write(acks(ids))
    const isFirst = seen < firstStalled && seen + ids.length >= firstStalled
    seen += ids.length
    if (isFirst) {
      const beganMs = performance.now()
      held = []
      setTimeout(() => {
        stalledMs = performance.now() - beganMs
        for (const late of held ?? []) late()
        held = null
      }, STALL_MS)
    }
    if (held === null) answer()
    else held.push(answer)
  })
  return { ...address, stalledMs: () => stalledMs }
}

async function figuresOf(t: TestContext, server: Listening, change: Partial<LoadDefinition>): Promise<LoadFigures> {
  const run = loadRun(t, server, change, { quietMs: 2000 })
  await run.start()
  const figures = await run.finished
  assertBalanced(run, figures)
  return figures
}

/** Of the machine, on top of what the schedule says: timers that fire late, and a process that has to wait for its core. */
const MACHINE_MS = 200
const isAbout = (us: number, expectedMs: number, what: string): void =>
  assert.ok(
    us / 1000 >= expectedMs - 5 && us / 1000 <= expectedMs + MACHINE_MS,
    `${what}: ${us} µs, ${expectedMs} ms expected`
  )

for (const [what, inFlight] of [
  ['with room for everything that becomes due meanwhile', 1000],
  ['when most of it has to wait unsent', 5]
] as const) {
  test(`a stall shows in an open loop as the schedule predicts, ${what}`, async t => {
    const server = await stallingServer(t, 700)
    const figures = await figuresOf(t, server, { rate: RATE, inFlight, durationMs: 2000 })
    // Of 2000 Submits, 500 were due in the stall, one a millisecond: the first waited for all of it, the last for nothing.
    const due = figures.offered
    const waitedAt = (quantile: number): number => server.stalledMs() - (1 - quantile) * due * (1000 / RATE)
    assert.ok(due >= 1990)
    isAbout(figures.latency.p90Us, waitedAt(0.9), 'p90')
    isAbout(figures.latency.p99Us, waitedAt(0.99), 'p99')
    isAbout(figures.latency.p999Us, waitedAt(0.999), 'p99.9')
    isAbout(figures.latency.maxUs, server.stalledMs(), 'max')
    assert.ok(figures.latency.p50Us < 100_000, 'most Submits were not due in the stall')
    assert.equal(figures.openLoop?.unsent, 0)
    assert.equal(figures.acked, figures.offered, 'nobody was forgotten, and nobody counted twice')
  })
}

test('the same stall is hidden in a closed loop, which asks nothing while it gets no answer', async t => {
  const server = await stallingServer(t, 700)
  const connections = 3
  const figures = await figuresOf(t, server, { inFlight: 1, connections, durationMs: 2000 })
  assert.ok(figures.acked > connections * 200, 'enough that those in the stall are less than 1 %')
  isAbout(figures.latency.maxUs, server.stalledMs(), 'max')
  assert.ok(figures.latency.p99Us < (STALL_MS / 10) * 1000, `p99 ${figures.latency.p99Us} µs shows nothing of it`)
})

test('Submits are due as often as asked for, and all of them are sent', async t => {
  const { server, ...address } = await frameServer(t)
  for (const arrival of ['constant', 'poisson'] as const) {
    const before = server.snapshot().totals.framesReceived
    const figures = await figuresOf(t, address, { rate: 2000, arrival, seed: 3, durationMs: 500 })
    const expected = figures.seconds * 2000
    const tolerance = arrival === 'constant' ? 10 : 4 * Math.sqrt(expected)
    assert.ok(Math.abs(figures.offered - expected) <= tolerance, `${arrival}: ${figures.offered} of ${expected}`)
    assert.equal(figures.acked, figures.offered)
    assert.equal(server.snapshot().totals.framesReceived - before, figures.sent)
  }
})

test('only what was due in the window counts', async t => {
  const address = await frameServer(t)
  const figures = await figuresOf(t, address, { rate: 1000, durationMs: 300, warmUpMs: 200, rampMs: 100 })
  const expected = figures.seconds * 1000
  assert.ok(Math.abs(figures.offered - expected) <= 10, `${figures.offered} of ${expected}`)
})

test('what could not be sent is counted, and what was sent and never answered is lost', async t => {
  const address = await submitServer(t, () => {})
  const run = loadRun(t, address, { rate: 1000, inFlight: 10, durationMs: 400 }, { waitMs: 50 })
  await run.start()
  const figures = await run.finished
  assertBalanced(run, figures)
  assert.equal(figures.sent, 30)
  assert.equal(figures.lost, 30)
  assert.equal(figures.acked, 0)
  const due = figures.seconds * 1000
  assert.ok(Math.abs(figures.offered - due) <= 10, `${figures.offered} of ${due}`)
  assert.equal(figures.openLoop?.unsent, figures.offered - 30)
})

test('never more than inFlight Submits of a connection are outstanding', async t => {
  const inFlight = 4
  const owed = [0, 0, 0]
  const served = afterCalls(300)
  let most = 0
  const address = await submitServer(t, (socket, ids, connection) => {
    owed[connection] = (owed[connection] ?? 0) + ids.length
    most = Math.max(most, ...owed)
    setTimeout(() => {
      owed[connection] = (owed[connection] ?? 0) - ids.length
      socket.write(acks(ids))
      served.call(ids.length)
    }, 5)
  })
  const run = loadRun(t, address, { inFlight, rate: 20_000 })
  await run.start()
  await until(served, run)
  run.kill()
  assert.equal(most, inFlight)
})

test('a connection that ends takes with it what waited for it, and the others go on at the whole rate', async t => {
  const address = await submitServer(t, (socket, ids, connection) => {
    if (connection === 1) socket.destroy()
    else socket.write(acks(ids))
  })
  const figures = await figuresOf(t, address, { rate: 1000, durationMs: 400 })
  assert.deepEqual(figures.errors, { closed: 1 })
  assert.ok(figures.lost >= 1)
  const expected = figures.seconds * 1000
  assert.ok(Math.abs(figures.offered - expected) <= 10, `${figures.offered} of ${expected}`)
})

test('a generator that is held up itself says that the figures are its own', async t => {
  const address = await frameServer(t)
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const blocking = setInterval(() => Atomics.wait(pause, 0, 0, 30), 60)
  t.after(() => clearInterval(blocking))
  const { generator, openLoop } = await figuresOf(t, address, { rate: 1000, durationMs: 500 })
  assert.equal(generator.limited, true)
  assert.match(generator.why ?? '', /left the load generator \d+(\.\d)? ms or more after it was due/)
  assert.ok((openLoop?.sendDelayP99Us ?? 0) > 10_000)
})

test('what a stalled server holds back is not the fault of the generator', async t => {
  const server = await stallingServer(t, 100)
  const figures = await figuresOf(t, server, { rate: RATE, inFlight: 1, durationMs: 800 })
  assert.ok((figures.openLoop?.sendDelayP99Us ?? 0) < 100_000, `${figures.openLoop?.sendDelayP99Us} µs`)
  assert.ok(figures.latency.p99Us > 300_000)
})

test('in a closed loop a ramp opens the connections one after the other', async t => {
  const address = await frameServer(t)
  const opened: number[] = []
  const beganMs = performance.now()
  const run = loadRun(t, address, { connections: 11, rampMs: 500, warmUpMs: 0, durationMs: 50 })
  await run.start()
  const watch = setInterval(() => opened.push(address.server.snapshot().totals.connectionsAccepted), 10)
  t.after(() => clearInterval(watch))
  const figures = await run.finished
  assert.ok(performance.now() - beganMs >= 540)
  const steps = [...new Set(opened)]
  assert.ok(steps.length >= 4, `seen open on the way: ${steps.join(', ')}`)
  assert.equal(address.server.snapshot().totals.connectionsAccepted, 11)
  assertBalanced(run, figures)
})
