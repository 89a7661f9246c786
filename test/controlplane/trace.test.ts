import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TraceLine } from '../../src/contract/trace.ts'
import { TraceStream } from '../../src/controlplane/trace-stream.ts'
import { until } from '../support/until.ts'
import { assertProblem, labApp } from './lab-app.ts'

const at = '2026-01-02T03:04:05.678Z'
const trace = '/api/v1/connections/1-0/trace'

const lines: TraceLine[] = [
  { type: 'start', at, connection: '1-0', peer: '10.0.0.1:5', offset: 10, heldBytes: 3 },
  { type: 'read', at, read: 1, offset: 10, bytes: 53 },
  {
    type: 'frame',
    at,
    offset: 7,
    length: 28,
    command: 2,
    name: 'Submit',
    id: { hex: '3030303030303031', text: '00000001' },
    reads: null,
    firstRead: null,
    lastRead: 1,
    placeInRead: 1,
    bodyBytes: 23,
    body: 'MDAw'
  },
  { type: 'refused', at, offset: 35, reason: 'frame_too_short', value: 3, detail: 'too short' },
  { type: 'dropped', lines: 3 },
  { type: 'end', at, why: 'closed', reason: 'frame_too_short', reads: 1, frames: 1 }
]

test('a trace is streamed line by line, as documented, to its end', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(1)
  const asked = ask('POST', trace, { body: { seconds: 3, maxFrames: 7, bodies: true } })
  await until(() => lab.traces.length === 1, 'the trace has begun')
  lab.traces[0]?.listener(lines.slice(0, 3), false)
  lab.traces[0]?.listener(lines.slice(3), true)
  const received = await asked
  assert.equal(received.status, 200)
  assert.equal(received.headers['content-type'], 'application/x-ndjson')
  assert.deepEqual(
    received.text
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line)),
    lines
  )
  assert.deepEqual(lab.traces[0]?.options, { seconds: 3, maxFrames: 7, bodies: true })
})

test('a trace lasts ten seconds or a thousand frames, without bodies, unless asked otherwise', async t => {
  const { ask, lab } = await labApp(t)
  lab.addConnections(1)
  for (const sent of [{}, { body: {} }]) {
    const asked = ask('POST', trace, sent)
    await until(() => lab.traces.length === 1, 'the trace has begun')
    lab.traces[0]?.listener(lines.slice(-1), true)
    assert.equal((await asked).status, 200)
    assert.deepEqual(lab.traces.pop()?.options, { seconds: 10, maxFrames: 1000, bodies: false })
  }
})

const bad: [body: unknown, places: string[]][] = [
  [{ seconds: 0 }, ['/seconds']],
  [{ seconds: 61 }, ['/seconds']],
  [{ seconds: '5' }, ['/seconds']],
  [{ maxFrames: 0, bodies: 1 }, ['/bodies', '/maxFrames']],
  [{ maxFrames: 10_001 }, ['/maxFrames']],
  [{ maxFrames: 1.5 }, ['/maxFrames']],
  [{ frames: 5 }, ['/frames']],
  [[], ['']]
]
for (const [body, places] of bad) {
  test(`a trace of ${JSON.stringify(body)} is refused`, async t => {
    const { ask, lab } = await labApp(t)
    lab.addConnections(1)
    assertProblem(await ask('POST', trace, { body }), 400, places)
    assert.deepEqual(lab.traces, [])
  })
}

test('what cannot be traced is told apart', async t => {
  const { ask, lab } = await labApp(t)
  assertProblem(await ask('POST', trace), 404)
  lab.addConnections(1)
  lab.traceRefusal = 'traced_already'
  assertProblem(await ask('POST', trace), 409)
  lab.traceRefusal = 'too_many'
  assert.equal(typeof (await ask('POST', trace)).headers['retry-after'], 'string')
  assertProblem(await ask('POST', trace), 429)
  lab.unavailableWorkers = [1]
  assertProblem(await ask('POST', trace), 503)
})

test('a slow client loses lines, is told how many, and never the last one', async () => {
  const stream = new TraceStream()
  const wide: TraceLine = { type: 'refused', at, offset: 0, reason: 'x'.repeat(1000), value: 0, detail: '' }
  for (let told = 0; told < 3000; told++) stream.tell([wide], false)
  assert.ok(stream.readableLength < 1.1 * 1024 * 1024)
  stream.tell([wide, lines.at(-1) as TraceLine], true)
  const received: TraceLine[] = []
  for await (const chunk of stream) {
    for (const line of `${chunk}`.trimEnd().split('\n')) received.push(JSON.parse(line))
  }
  assert.equal(received.at(-1)?.type, 'end')
  const dropped = received.find(line => line.type === 'dropped')
  const shown = received.filter(({ type }) => type === 'refused').length
  assert.equal(dropped?.type === 'dropped' && dropped.lines + shown, 3001)
  assert.ok(shown < 1100)
})

test('lines that come after the client has gone are thrown away', () => {
  const stream = new TraceStream()
  stream.destroy()
  stream.tell(lines, true)
  assert.equal(stream.readableLength, 0)
})
