import assert from 'node:assert/strict'
import { type NodeGCPerformanceDetail, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { type TestContext, test } from 'node:test'
import { GcMonitor, gcKinds, gcPauseBoundsSeconds } from '../../src/telemetry/gc-monitor.ts'
import { memoryHeld } from '../support/memory.ts'
import { until } from '../support/until.ts'

/** A second observer, which reads all entries that it is given. */
function observeAll(t: TestContext): PerformanceEntry[] {
  const entries: PerformanceEntry[] = []
  const observer = new PerformanceObserver(list => entries.push(...list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  t.after(() => observer.disconnect())
  return entries
}

function startMonitor(t: TestContext): GcMonitor {
  const monitor = new GcMonitor()
  monitor.start()
  t.after(() => monitor.stop())
  return monitor
}

/** Collections of both generations, many in one turn of the event loop, so that they are told of in one batch. */
function makeGarbage(): void {
  const kept: object[] = []
  for (let count = 0; count < 500_000; count++) kept[count % 1000] = { count, text: `${count}` }
  memoryHeld()
}

const countOf = (monitor: GcMonitor): number => gcKinds.reduce((sum, kind) => sum + monitor.figures[kind].count, 0)

const secondsOf = (entries: readonly PerformanceEntry[]): number =>
  entries.reduce((sum, { duration }) => sum + duration / 1000, 0)

test('every collection is counted, as often as an observer of all entries sees it, and as long', async t => {
  const entries = observeAll(t)
  const monitor = startMonitor(t)
  for (let round = 0; round < 3; round++) makeGarbage()
  await until(() => entries.length >= 10 && entries.length === countOf(monitor), 'both have seen the same collections')
  const { figures } = monitor
  const seconds = gcKinds.reduce((sum, kind) => sum + figures[kind].seconds, 0)
  assert.ok(Math.abs(seconds - secondsOf(entries)) < 1e-9)
  for (const [kind, code] of [
    ['minor', 1],
    ['major', 4]
  ] as const) {
    const seen = entries.filter(entry => (entry as { detail?: NodeGCPerformanceDetail }).detail?.kind === code)
    assert.equal(figures[kind].count, seen.length, kind)
  }
  assert.ok(figures.minor.count > 0 && figures.major.count >= 6)
})

test('each pause lies in the bucket of its length', async t => {
  const entries = observeAll(t)
  const monitor = startMonitor(t)
  makeGarbage()
  await until(() => entries.length > 0 && entries.length === countOf(monitor), 'both have seen the same collections')
  const expected = gcPauseBoundsSeconds.map((bound, index) => {
    const below = index === 0 ? 0 : (gcPauseBoundsSeconds[index - 1] as number)
    return entries.filter(({ duration }) => duration / 1000 > below && duration / 1000 <= bound).length
  })
  const told = gcPauseBoundsSeconds.map((_, index) => {
    return gcKinds.reduce((sum, kind) => sum + (monitor.figures[kind].buckets[index] as number), 0)
  })
  assert.deepEqual(told, expected)
})

test('reading in between changes nothing, and counts nothing twice', async t => {
  const entries = observeAll(t)
  const monitor = startMonitor(t)
  for (let round = 0; round < 4; round++) {
    makeGarbage()
    for (let reading = 0; reading < 5; reading++) monitor.read()
    await until(() => entries.length > 0 && entries.length === countOf(monitor), 'both have seen the same collections')
    monitor.read()
    assert.equal(countOf(monitor), entries.length)
  }
})

test('a stopped monitor counts no more', async t => {
  const monitor = new GcMonitor()
  monitor.start()
  monitor.stop()
  const entries = observeAll(t)
  makeGarbage()
  await until(() => entries.length > 0, 'collections are told of')
  assert.equal(countOf(monitor), 0)
})
