import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { build, HistogramLogReader } from 'hdr-histogram-js'
import { HistogramLog } from '../../src/cli/histogram-log.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { LatencyHistogram } from '../../src/telemetry/latency-histogram.ts'
import { seededRandom } from '../../src/telemetry/seeded-random.ts'

test('what is written is read by the tools of HdrHistogram: intervals, counts, percentiles', async t => {
  const folder = await mkdtemp(join(tmpdir(), 'framelab-'))
  t.after(() => rm(folder, { recursive: true }))
  const path = join(folder, 'run.hlog')
  const random = seededRandom(5)
  const all = new LatencyHistogram()
  const log = await HistogramLog.create(path)
  for (let second = 0; second < 3; second++) {
    const latency = new LatencyHistogram()
    for (let index = 0; index < 10_000; index++) {
      const ns = 50_000 * -Math.log(1 - random()) + (index % 1000 === 0 ? 2e9 : 0)
      for (const histogram of [latency, all]) histogram.record(ns)
    }
    log.add({ startMs: second * 1000, lengthMs: 1000, latency })
  }
  log.close()

  const text = await readFile(path, 'utf8')
  assert.match(text, /^#\[Histogram log format version 1\.3\]$/m)
  assert.match(text, /^#\[StartTime: \d+\.\d{3} \(seconds since epoch\), .+\]$/m)
  assert.match(text, /^"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"$/m)
  const reader = new HistogramLogReader(text)
  const sum = build({ highestTrackableValue: 2 ** 42, numberOfSignificantValueDigits: 3 })
  let intervals = 0
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram()) {
    assert.equal(next.totalCount, 10_000)
    sum.add(next)
    intervals++
  }
  assert.equal(intervals, 3)
  assert.equal(sum.totalCount, all.count)
  for (const quantile of [0.5, 0.9, 0.99, 0.999, 1]) {
    const read = sum.getValueAtPercentile(quantile * 100)
    const own = all.quantile(quantile)
    assert.ok(Math.abs(read / own - 1) < 0.002, `p${quantile * 100}: ${read} read, ${own} written`)
  }
  // In milliseconds, as people read it.
  const greatest = text
    .split('\n')
    .filter(line => /^\d/.test(line))
    .map(line => Number(line.split(',')[2]))
  for (const ms of greatest) assert.ok(ms > 1900 && ms < 2600, `${ms}`)
})

test('a file that cannot be written is told in a sentence, before anything is sent', async () => {
  await assert.rejects(HistogramLog.create('/nowhere/at/all.hlog'), (error: unknown) => {
    return (
      error instanceof UsageError && /^the histogram cannot be written: .*\/nowhere\/at\/all\.hlog/.test(error.message)
    )
  })
})
