import assert from 'node:assert/strict'
import test from 'node:test'
import { benchmarkFormat } from '../../src/experiments/report/benchmark-format.ts'
import { intervalScale } from '../../src/experiments/report/interval-plot.ts'
import { reportPage } from '../../src/experiments/report/report-page.ts'
import { exampleReport, exampleVerdict } from './example-report.ts'

test('the page says the verdict in words before anything else, and hides the statistics behind a switch', () => {
  const { html } = reportPage(exampleReport())
  const body = html.slice(html.indexOf('<body>'))
  const places = ['improved&#62; CPU per frame by 93.1 %', '✓ improved', '<details>', 'p (Holm)'].map(words =>
    body.indexOf(words)
  )
  assert.ok(
    places.every(place => place > 0),
    `${places}`
  )
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b)
  )
})

test('the page fetches nothing, runs nothing, and takes no name for markup', () => {
  const { html, contentSecurityPolicy } = reportPage(exampleReport())
  assert.doesNotMatch(html, /<script|https?:|src=|<link|@import|url\(/)
  assert.doesNotMatch(html, /after <b>/)
  assert.match(html, /after &#60;b&#62;/)
  assert.match(contentSecurityPolicy, /^default-src 'none'; style-src 'sha256-/)
})

test('the page has every block, where and how it was measured, and the command that repeats it', () => {
  const { html } = reportPage(exampleReport())
  for (const words of [
    'All 16 blocks',
    'too little traffic',
    'Example CPU',
    'v20.20.2',
    '2 CPUs',
    '50 connections',
    '--seed 42'
  ]) {
    assert.ok(html.includes(words), words)
  }
  // A chart of each metric with a mark for each block; errors are measured too.
  assert.equal(html.match(/<figure>/g)?.length, 10)
  assert.equal(html.match(/<path class="arm arm[01]( hollow)?" d="[^"]+"><title>/g)?.length, 160)
})

test('the page says so when an experiment ended early, when its self-test failed, and when fresh processes disagree', () => {
  const { html } = reportPage(
    exampleReport({
      state: 'failed',
      error: 'p99 rose beyond its guard',
      selfTest: { passed: false, sentence: 'The arm differs from itself.', verdicts: {} }
    }),
    {
      confirmation: {
        pairs: 6,
        blockSeconds: 3,
        agrees: false,
        sentence: 'It depends on what the compiler has seen.',
        blocks: [],
        comparisons: [
          {
            before: 0,
            after: 1,
            agrees: false,
            sentence: 'They differ.',
            live: exampleVerdict('cpuPerFrame'),
            fresh: exampleVerdict('cpuPerFrame', { effectPercent: 10, interval: [8, 12], verdict: 'regressed' })
          }
        ]
      }
    }
  )
  for (const words of [
    'is failed: p99 rose beyond its guard',
    'The arm differs from itself.',
    'depends on what the compiler has seen',
    '✗ regressed'
  ]) {
    assert.match(html, new RegExp(words))
  }
  assert.equal(html.match(/class="warning"/g)?.length, 3)
})

test('a profile difference is put into the page, and the page allows just what that needs', () => {
  const flameGraph = {
    html: '<!doctype html><p title="x">graph</p>',
    contentSecurityPolicy: "default-src 'none'; script-src 'sha256-abc='"
  }
  const { html, contentSecurityPolicy } = reportPage(exampleReport(), { flameGraph })
  assert.match(
    html,
    /<iframe title="[^"]+" sandbox="allow-scripts" srcdoc="&#60;!doctype html&#62;&#60;p title=&#34;x&#34;/
  )
  assert.equal(contentSecurityPolicy, flameGraph.contentSecurityPolicy)
})

test('the axis of the intervals is wide enough for all, even as far left as right, and not narrower than noise', () => {
  const of = (interval: [number, number] | null) => exampleVerdict('cpuPerFrame', { interval })
  const wide = intervalScale([of([-93.4, -92.8]), of([1, 2]), of(null)])
  assert.ok(wide.place(-93.4) > 0 && wide.place(-93.4) < 10)
  assert.ok(Math.abs(wide.place(100) - 50 + (wide.place(-50) - 50)) < 1e-9)
  const narrow = intervalScale([of([-0.1, 0.1])])
  assert.ok(narrow.place(-0.1) > 45)
  // A metric that went to nothing stays on the page.
  assert.ok(intervalScale([of([-100, -99])]).place(-100) >= 0)
})

test('the Go benchmark format has a line for each block used, the first arm first, and no unit that benchstat would change', () => {
  const report = exampleReport()
  const lines = benchmarkFormat(report).trimEnd().split('\n')
  const results = lines.filter(line => line.startsWith('Benchmark'))
  assert.equal(results.length, 15)
  const arms = results.map(line => /^BenchmarkFrame\/arm=(\S+)-2\t\d+\t/.exec(line)?.[1])
  assert.deepEqual([...new Set(arms)], ['before', 'after_<b>'])
  assert.equal(arms.lastIndexOf('before'), 7)
  // Rules of the reader: name, whole iterations, then pairs of a value and a unit; keys in lower case before a colon.
  for (const line of results) {
    const [, iterations = '', ...pairs] = line.split(/\s+/)
    assert.match(iterations, /^\d+$/)
    assert.equal(pairs.length, 20)
    for (let index = 0; index < pairs.length; index += 2) {
      assert.ok(Number.isFinite(Number(pairs[index])), line)
      // A number of nanoseconds or megabytes is rescaled by the reader, unless it is 0: two tables of one metric.
      assert.doesNotMatch(pairs[index + 1] ?? '', /^(?:\d|.*\bns\b|.*\bMB\b)/)
    }
  }
  const others = lines.filter(line => !line.startsWith('Benchmark'))
  for (const line of others) assert.match(line, /^(?:# .*|[a-z][^\sA-Z:]*: \S.*|Unit \S+ better=(?:higher|lower))$/)
  const [first = ''] = results
  const block = report.blocks.find(({ arm }) => arm === 0)
  assert.ok(Math.abs(Number(first.split('\t')[2]?.split(' ')[0]) * 1e6 - (block?.figures.cpuPerFrame ?? 0)) < 1e-6)
})
