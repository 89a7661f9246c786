import assert from 'node:assert/strict'
import { get } from 'node:http'
import { type TestContext, test } from 'node:test'
import type { SnapshotEvent, StartEvent } from '../../src/contract/events.ts'
import { EventStream } from '../support/event-stream.ts'
import { until } from '../support/until.ts'
import { assertProblem, labApp } from './lab-app.ts'

const snapshot = (revision: number, text = ''): SnapshotEvent => ({ revision, text }) as unknown as SnapshotEvent

async function eventsApp(t: TestContext) {
  const { app, lab, ask } = await labApp(t)
  lab.events.publish('start', { name: 'framelab' } as StartEvent)
  const url = `${await app.listen()}/api/v1/events`
  const open = async (query = '', headers: Record<string, string> = {}): Promise<EventStream> => {
    const stream = await EventStream.open(url + query, headers)
    t.after(() => stream.close())
    return stream
  }
  return { app, lab, ask, url, open }
}

test('a reader gets the start, then history, then what happens', async t => {
  const { lab, open } = await eventsApp(t)
  for (const revision of [1, 2, 3]) lab.events.publish('snapshot', snapshot(revision))
  const stream = await open('?history=2')
  lab.events.publish('snapshot', snapshot(4))
  await until(() => stream.events.length === 4, 'four events have come')
  assert.deepEqual(stream.events, [
    { id: 'run-1', type: 'start', data: { name: 'framelab' } },
    { id: 'run-3', type: 'snapshot', data: { revision: 2, text: '' } },
    { id: 'run-4', type: 'snapshot', data: { revision: 3, text: '' } },
    { id: 'run-5', type: 'snapshot', data: { revision: 4, text: '' } }
  ])
  const { statusCode, headers } = stream.response
  assert.equal(statusCode, 200)
  assert.equal(headers['content-type'], 'text/event-stream')
  assert.equal(headers['cache-control'], 'no-cache')
  assert.equal(headers['x-content-type-options'], 'nosniff')
})

test('one who comes back with Last-Event-ID gets what he missed', async t => {
  const { lab, open } = await eventsApp(t)
  for (const revision of [1, 2, 3]) lab.events.publish('snapshot', snapshot(revision))
  const stream = await open('', { 'last-event-id': 'run-3' })
  await until(() => stream.events.length === 2, 'two events have come')
  assert.deepEqual(
    stream.events.map(({ id }) => id),
    ['run-1', 'run-4']
  )
})

test('a reader who leaves is forgotten', async t => {
  const { lab, open } = await eventsApp(t)
  const stream = await open()
  assert.equal(lab.events.listeners, 1)
  stream.close()
  await until(() => lab.events.listeners === 0, 'nobody listens')
  lab.events.publish('snapshot', snapshot(1))
})

test('a reader who stops reading is moved on to the latest snapshot, and told how many he did not get', async t => {
  const { lab, open } = await eventsApp(t)
  const stream = await open()
  await until(() => stream.events.length === 1, 'the start has come')
  stream.response.pause()
  const large = 'x'.repeat(100_000)
  for (let revision = 1; revision <= 300; revision++) {
    lab.events.publish('snapshot', snapshot(revision, large))
    await new Promise(setImmediate)
  }
  stream.response.resume()
  const last = (): unknown => stream.of('snapshot').at(-1)?.data
  await until(() => (last() as SnapshotEvent | undefined)?.revision === 300, 'the latest snapshot has come')
  const told = stream.of('skipped').reduce((sum, { data }) => sum + (data as { count: number }).count, 0)
  assert.ok(told > 0)
  assert.equal(stream.of('snapshot').length + told, 300)
})

test('closing ends the streams, and does not wait for those who read them', { timeout: 5000 }, async t => {
  const { app, lab, url, open } = await eventsApp(t)
  const stuck = await open()
  stuck.response.pause()
  lab.events.publish('snapshot', snapshot(1, 'x'.repeat(20_000_000)))
  const reading = await open('?history=0')
  const closed = app.close()
  await assert.rejects(EventStream.open(url).then(({ response }) => assert.equal(response.statusCode, 200)))
  await closed
  await until(() => reading.ended, 'the stream has ended')
  assert.equal(lab.events.listeners, 0)
})

test('a client has only so many streams, and others still get theirs', async t => {
  const { lab, open, url } = await eventsApp(t)
  for (let count = 0; count < 64; count++) await open('?history=0')
  const { response } = await EventStream.open(url)
  assert.equal(response.resume().statusCode, 429)
  const other = await EventStream.open(url, {}, '127.0.0.2')
  t.after(() => other.close())
  assert.equal(other.response.statusCode, 200)
  assert.equal(lab.events.listeners, 65)
})

test('what is asked of the stream is checked before it begins', async t => {
  const { app, ask, lab } = await labApp(t)
  for (const history of ['-1', '601', 'all', '']) {
    assertProblem(await ask('GET', `/api/v1/events?history=${history}`), 400, ['?history'])
  }
  assertProblem(await ask('GET', '/api/v1/events?from=1'), 400, ['?from'])
  assertProblem(await ask('GET', '/api/v1/events', { headers: { accept: 'application/json' } }), 406)
  assert.equal(
    (await app.inject({ method: 'HEAD', url: '/api/v1/events', headers: { host: 'localhost' } })).statusCode,
    405
  )
  assertProblem(await ask('POST', '/api/v1/events'), 405)
  assert.equal(lab.events.listeners, 0)
})

test('the stream is for the own origin only, as everything else', async t => {
  const { url } = await eventsApp(t)
  const status = await new Promise(resolve => {
    get(url, { headers: { origin: 'http://evil.example' } }, response => resolve(response.resume().statusCode))
  })
  assert.equal(status, 403)
})
