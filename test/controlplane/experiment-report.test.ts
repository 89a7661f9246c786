import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exampleReport } from '../experiments/example-report.ts'
import { assertProblem, labApp } from './lab-app.ts'

test('an experiment is given as a page, as JSON and in the Go benchmark format', async t => {
  const { ask, lab } = await labApp(t)
  // Its profiles have been deleted since: the page has no flame graph then.
  const report = exampleReport({ profiles: ['gone', 'too'] })
  lab.experiments.reports.set(report.id, report)
  const url = `/api/v1/experiments/${report.id}/report`
  const page = await ask('GET', url)
  assert.equal(page.headers['content-type'], 'text/html; charset=utf-8')
  assert.match(page.headers['content-security-policy'] ?? '', /^default-src 'none'; style-src 'sha256-/)
  assert.match(page.text, /<p class="verdict">/)
  assert.deepEqual((await ask('GET', `${url}?format=json`)).json(), report)
  const benchmark = await ask('GET', `${url}?format=benchmark`)
  assert.match(benchmark.headers['content-type'] ?? '', /^text\/plain/)
  assert.match(benchmark.text, /^BenchmarkFrame\/arm=before-2\t/m)
  assertProblem(await ask('GET', '/api/v1/experiments/none/report'), 404)
  assertProblem(await ask('GET', `${url}?format=pdf`), 400, ['?format'])
})
