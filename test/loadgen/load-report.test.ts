import assert from 'node:assert/strict'
import { test } from 'node:test'
import { resultTable, secondInWords } from '../../src/cli/load-report.ts'
import type { LoadFigures } from '../../src/contract/load-figures.ts'

const figures: LoadFigures = {
  seconds: 2.5,
  offered: 1_234_570,
  sent: 1_234_570,
  acked: 1_234_567,
  lost: 1,
  errors: { refused: 2 },
  ackedPerSecond: 493_827,
  latency: { p50Us: 12.5, p90Us: 999.9, p99Us: 1000, p999Us: 45_670, maxUs: 1_500_000 },
  generator: { limited: true, why: 'because' }
}

test('a table of figures is aligned, and every number has the unit that suits it', () => {
  assert.equal(
    resultTable(figures),
    `These are figures of the load generator, not of the server:
because.
Take a lower --rate, more --processes, or another machine for the load.

measured            2.50 s
throughput       493,827 frames/s
sent           1,234,570 frames
acked          1,234,567 frames
lost                   1 frames
latency p50         12.5 µs
latency p90        999.9 µs
latency p99         1.00 ms
latency p99.9      45.67 ms
latency max         1.50 s
errors         2 refused
`
  )
})

test('without acks there are no latencies to show', () => {
  assert.doesNotMatch(resultTable({ ...figures, acked: 0 }), /latency/)
})

test('a second is told in one line, with its errors if there were any', () => {
  assert.equal(secondInWords(figures), '493,827 frames/s, p50 12.5 µs, p99 1.00 ms, errors: 2 refused')
  assert.equal(secondInWords({ ...figures, errors: {} }), '493,827 frames/s, p50 12.5 µs, p99 1.00 ms')
})
