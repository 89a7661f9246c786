import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { Problem } from '../../src/controlplane/problem.ts'
import { assertProblem, labApp } from './lab-app.ts'

test('an unknown path is a problem, in the API and beside it', async t => {
  const { ask } = await labApp(t)
  for (const url of [
    '/nothing',
    '/api/v1/nothing?x=1',
    '/api/v2/server',
    '/documentation/static/nothing',
    '/api/v1/server/'
  ]) {
    assert.match(assertProblem(await ask('GET', url), 404).detail, /^there is nothing at \/[^?]+$/)
  }
})

test('an unknown method of a known path is refused with those that are known', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(1)
  const known = { '/healthz': 'GET, HEAD', '/api/v1/connections/1-0': 'GET, HEAD, DELETE', '/api/v1/drain': 'POST' }
  for (const [url, allow] of Object.entries(known)) {
    const received = await ask('PUT', url, { body: 'x', headers: { 'content-type': 'text/plain' } })
    assertProblem(received, 405)
    assert.deepEqual(received.headers.allow?.split(', ').sort(), allow.split(', ').sort())
  }
  assertProblem(await ask('GET', '/api/v1/drain'), 405)
  assert.equal(lab.drains, 0)
})

for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'nonsense']) {
  test(`a body of ${type} is refused and changes nothing`, async t => {
    const { ask, lab } = await labApp(t)
    const before = lab.optimizations()
    const headers = { 'content-type': type }
    assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: '{"noDelay":false}', headers }), 415)
    assert.deepEqual(lab.optimizations(), before)
  })
}

test('a body without a type is refused', async t => {
  const { ask } = await labApp(t)
  assertProblem(await ask('PATCH', '/api/v1/optimizations', { body: Buffer.from('{"noDelay":false}') }), 415)
})

test('a body of more than 64 KiB is refused and changes nothing', async t => {
  const { ask, lab } = await labApp(t)
  const before = lab.optimizations()
  const body = JSON.stringify({ noDelay: false }).padEnd(64 * 1024 + 1)
  assertProblem(
    await ask('PATCH', '/api/v1/optimizations', { body, headers: { 'content-type': 'application/json' } }),
    413
  )
  assert.deepEqual(lab.optimizations(), before)
})

test('an address that cannot be read is a problem', async t => {
  const { ask } = await labApp(t)
  assertProblem(await ask('GET', '/api/v1/connections/%zz'), 400)
  assertProblem(await ask('GET', `/api/v1/connections/${'1'.repeat(300)}`), 414)
})

test('a failure of ours is answered without its reason, which the log has under the same request', async t => {
  const lines: string[] = []
  const { ask, lab } = await labApp(t, { logger: { level: 'info', stream: { write: line => lines.push(line) } } })
  lab.report = () => Promise.reject(new Error('secret of the house'))
  const problem = assertProblem(await ask('GET', '/api/v1/server'), 500)
  assert.doesNotMatch(JSON.stringify(problem), /secret/)
  const entry = lines.map(line => JSON.parse(line)).find(({ err }) => err?.message === 'secret of the house')
  assert.match(problem.detail, new RegExp(`request ${entry.reqId}$`))
})

test('an answer of ours that is not of its shape is a failure, not a wrong answer', async t => {
  const { ask, lab } = await labApp(t)
  const report = await lab.report()
  lab.report = async () => ({ ...report, uptimeSeconds: Number.NaN })
  assertProblem(await ask('GET', '/api/v1/server'), 500)
})

test('what is not HTTP is answered with a problem, and the connection ends', { timeout: 5000 }, async t => {
  const { app } = await labApp(t)
  await app.listen()
  const { port } = app.server.address() as { port: number }
  for (const [bytes, status] of [
    ['\x00\x00\x00\x0d\x02 frames are served elsewhere\r\n\r\n', 400],
    [`GET / HTTP/1.1\r\nhost: localhost\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, 431]
  ] as const) {
    const socket = connect(port)
    socket.write(bytes)
    const answer = await text(socket)
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} .*content-type: application/problem\\+json`, 's'))
    const problem: Problem = JSON.parse(answer.split('\r\n\r\n')[1] as string)
    assert.equal(problem.status, status)
  }
})
