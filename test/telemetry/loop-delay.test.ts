import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { LoopDelay } from '../../src/telemetry/loop-delay.ts'
import { ProcessMonitor } from '../../src/telemetry/process-monitor.ts'
import { blockLoop, until } from '../support/until.ts'

const WINDOW_MS = 10_000

/** A monitor whose windows end when the test says so; the loop's own timers are real. */
function startLoopDelay(t: TestContext): LoopDelay {
  t.mock.timers.enable({ apis: ['setInterval'] })
  const loopDelay = new LoopDelay()
  loopDelay.start()
  t.after(() => loopDelay.stop())
  return loopDelay
}

test('a loop that was held up shows it, less the period at which it is watched', async t => {
  const loopDelay = startLoopDelay(t)
  await until(() => loopDelay.read().p50Seconds >= 0 && loopDelay.read().maxSeconds > 0, 'the loop is watched')
  blockLoop(120)
  await until(() => loopDelay.read().maxSeconds > 0.1, 'the delay is seen')
  const { meanSeconds, p50Seconds, p99Seconds, maxSeconds } = loopDelay.read()
  assert.ok(meanSeconds <= maxSeconds && p50Seconds <= p99Seconds)
  assert.ok(p99Seconds <= maxSeconds * 1.01)
})

test('whoever reads, and how often, changes nothing', async t => {
  const loopDelay = startLoopDelay(t)
  await until(() => loopDelay.read().maxSeconds > 0, 'the loop is watched')
  blockLoop(400)
  await until(() => loopDelay.read().maxSeconds > 0.3, 'the delay is seen')
  for (let reading = 0; reading < 100; reading++) assert.ok(loopDelay.read().maxSeconds > 0.3)

  t.mock.timers.tick(WINDOW_MS)
  const window = loopDelay.read()
  assert.ok(window.maxSeconds > 0.3)
  await until(() => Object.is(loopDelay.read().maxSeconds, window.maxSeconds), 'it is read again')
  for (let reading = 0; reading < 100; reading++) assert.deepEqual(loopDelay.read(), window)

  // The next window tells of itself alone.
  blockLoop(20)
  await until(() => true, 'the loop has turned')
  assert.deepEqual(loopDelay.read(), window)
  t.mock.timers.tick(WINDOW_MS)
  assert.ok(loopDelay.read().maxSeconds < window.maxSeconds)
})

test('figures are numbers at any time, before the first sample too', t => {
  const { meanSeconds, p50Seconds, p99Seconds, maxSeconds } = startLoopDelay(t).read()
  for (const figure of [meanSeconds, p50Seconds, p99Seconds, maxSeconds]) assert.ok(figure >= 0 && figure < 10)
})

test('what a process costs is told in totals that only rise', t => {
  const monitor = new ProcessMonitor()
  monitor.start()
  t.after(() => monitor.stop())
  const earlier = monitor.read()
  blockLoop(30)
  const later = monitor.read()
  assert.equal(later.pid, process.pid)
  assert.equal(later.nodeVersion, process.version)
  assert.equal(later.startedAt, earlier.startedAt)
  const spent = (figures: typeof later): number => figures.cpuUserSeconds + figures.cpuSystemSeconds
  assert.ok(spent(later) > spent(earlier))
  assert.ok(later.loopActiveSeconds >= earlier.loopActiveSeconds)
  assert.ok(later.rssBytes > later.heapUsedBytes && later.heapTotalBytes >= later.heapUsedBytes)
  // It can be sent between processes as JSON.
  assert.deepEqual(JSON.parse(JSON.stringify(later)), later)
})
