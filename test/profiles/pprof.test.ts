import assert from 'node:assert/strict'
import { get } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import { assertProblem, labApp } from '../controlplane/lab-app.ts'
import { until } from '../support/until.ts'

const headers = { host: '127.0.0.1:8889' }

for (const [path, expected] of [
  ['profile?seconds=2', { type: 'cpu', period: 'cpu', unit: 'nanoseconds', kind: 'cpu', onlyLive: false }],
  ['allocs?seconds=2', { type: 'alloc_space', period: 'space', unit: 'bytes', kind: 'allocation', onlyLive: false }],
  ['heap?seconds=2', { type: 'inuse_space', period: 'space', unit: 'bytes', kind: 'allocation', onlyLive: true }]
] as const) {
  test(`/debug/pprof/${path} answers with what pprof reads`, async t => {
    const { app, lab } = await labApp(t)
    const { rawPayload, statusCode } = await app.inject({ url: `/debug/pprof/${path}`, headers })
    assert.equal(statusCode, 200)
    const profile = Profile.decode(gunzipSync(rawPayload))
    const { strings } = profile.stringTable
    const [type] = profile.sampleType
    assert.deepEqual([strings[Number(type?.type)], strings[Number(type?.unit)]], [expected.type, expected.unit])
    const { periodType } = profile
    assert.deepEqual(
      [strings[Number(periodType?.type)], strings[Number(periodType?.unit)]],
      [expected.period, expected.unit]
    )
    const { kind, onlyLive } = expected
    assert.deepEqual(lab.profiles.captures, [{ kind, onlyLive, seconds: 2, workers: null, label: null }])
  })
}

test('one worker alone is profiled when it is named, and parameters of the tools change nothing', async t => {
  const { app, lab } = await labApp(t)
  await app.inject({ url: '/debug/pprof/profile?seconds=1&worker=2&debug=0&gc=1', headers })
  assert.deepEqual(lab.profiles.captures[0]?.workers, [2])
})

test('of a parameter that is given twice the first counts, as in Go', async t => {
  const { app, lab } = await labApp(t)
  await app.inject({ url: '/debug/pprof/profile?seconds=2&seconds=14&worker=1', headers })
  assert.deepEqual([lab.profiles.captures[0]?.seconds, lab.profiles.captures[0]?.workers], [2, [1]])
})

test('without seconds, the CPU is profiled for as long as Go does', async t => {
  const { app, lab } = await labApp(t)
  await app.inject({ url: '/debug/pprof/profile', headers })
  assert.equal(lab.profiles.captures[0]?.seconds, 30)
})

test('what cannot be captured is refused', async t => {
  const { ask, lab } = await labApp(t)
  for (const seconds of ['0', '-1', '121', '1.5', 'x', '']) {
    assertProblem(await ask('GET', `/debug/pprof/profile?seconds=${seconds}`), 400, ['?seconds'])
  }
  assertProblem(await ask('GET', '/debug/pprof/profile?seconds=1&worker=9'), 400, ['?worker'])
  lab.profiles.start({ kind: 'cpu', seconds: 1, workers: null, label: null })
  assertProblem(await ask('GET', '/debug/pprof/profile?seconds=1'), 409)
  assert.deepEqual(lab.profiles.captures, [])
})

test('the index names every endpoint and every worker', async t => {
  const { ask } = await labApp(t)
  assert.equal((await ask('GET', '/debug/pprof')).headers.location, '/debug/pprof/')
  const { text, headers: answered } = await ask('GET', '/debug/pprof/')
  assert.match(answered['content-type'] ?? '', /^text\/html/)
  for (const path of ['profile', 'allocs', 'heap']) assert.match(text, new RegExp(`href="${path}\\?seconds=10"`))
  assert.match(text, /There are: 1, 2\./)
})

test('a client that goes away ends the capture', async t => {
  const { app, lab } = await labApp(t)
  const { profiles } = lab
  profiles.answersCapture = false
  let isStopped = false
  const capture = profiles.capture.bind(profiles)
  profiles.capture = (request, signal) => {
    signal.addEventListener('abort', () => {
      isStopped = true
    })
    return capture(request, signal)
  }
  await app.listen({ host: '127.0.0.1', port: 0 })
  const { port } = app.server.address() as AddressInfo
  const request = get({ port, path: '/debug/pprof/profile?seconds=60' }).on('error', () => {})
  await until(() => profiles.captures.length === 1, 'the capture has begun')
  request.destroy()
  await until(() => isStopped, 'the capture is told to stop')
})
