import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { PresetName } from '../../src/contract/optimizations.ts'
import type { TraceFrameLine, TraceLine, TraceOptions } from '../../src/contract/trace.ts'
import { type ServedFrames, startFrameServer } from '../support/frame-server.ts'
import { close, frame, idOf, ping, submit, submits } from '../support/frames.ts'
import type { Peer } from '../support/peer.ts'
import { Random } from '../support/random.ts'
import { until } from '../support/until.ts'

interface Traced extends ServedFrames {
  readonly peer: Peer
  readonly id: string
  readonly lines: TraceLine[]
  frames(): TraceFrameLine[]
  untilEnded(): Promise<Extract<TraceLine, { type: 'end' }>>
}

async function tracedConnection(
  t: Parameters<typeof startFrameServer>[0],
  options: Partial<TraceOptions> = {},
  switches: PresetName = 'pooled'
): Promise<Traced> {
  const served = await startFrameServer(t, { switches })
  const peer = await served.connect()
  const lines: TraceLine[] = []
  const full = { seconds: 60, maxFrames: 1000, bodies: false, ...options }
  assert.equal(
    served.server.traces.begin(1, '1-1', full, line => lines.push(line)),
    null
  )
  t.after(() => served.server.traces.stop(1))
  const last = (): TraceLine | undefined => lines.at(-1)
  return {
    ...served,
    peer,
    id: '1-1',
    lines,
    frames: () => lines.filter(line => line.type === 'frame'),
    untilEnded: async () => {
      await until(() => last()?.type === 'end', 'the trace has ended')
      return last() as Extract<TraceLine, { type: 'end' }>
    }
  }
}

const one = submit(Buffer.from('00000001'), Buffer.from('payload'))

for (const cuts of [[10], [3], [4], [5, 12], [1, 19], [1, 2, 3, 4]]) {
  test(`a frame cut at ${cuts.join(' and ')} is seen to come in ${cuts.length + 1} reads`, async t => {
    const traced = await tracedConnection(t)
    const pieces = [0, ...cuts].map((from, index) => one.subarray(from, cuts[index]))
    await traced.peer.sendPieces([one, ...pieces], () => traced.totals.bytesReceived)
    await traced.peer.bytes(28)
    const [whole, cut] = traced.frames() as [TraceFrameLine, TraceFrameLine]
    assert.deepEqual([whole.reads, whole.firstRead, whole.lastRead, whole.offset], [1, 1, 1, 0])
    assert.deepEqual(
      [cut.reads, cut.firstRead, cut.lastRead, cut.offset],
      [cuts.length + 1, 2, cuts.length + 2, one.length]
    )
    assert.deepEqual(
      traced.lines.filter(line => line.type === 'read').map(({ bytes }) => bytes),
      [one, ...pieces].map(piece => piece.length)
    )
  })
}

test('two frames and a half in one read, and what they are', async t => {
  const traced = await tracedConnection(t)
  const bytes = Buffer.concat([one, ping(Buffer.from([0, 255, 65, 66, 127, 31, 32, 126])), one])
  const cut = one.length + 13 + 8
  await traced.peer.sendPieces([bytes.subarray(0, cut), bytes.subarray(cut)], () => traced.totals.bytesReceived)
  await traced.peer.bytes(14 + 13 + 14)
  const [first, second, third] = traced.frames() as [TraceFrameLine, TraceFrameLine, TraceFrameLine]
  assert.deepEqual([first.command, first.name, first.id?.text], [2, 'Submit', '00000001'])
  assert.deepEqual([second.command, second.name, second.length], [3, 'Ping', 13])
  assert.deepEqual(second.id, { hex: '00ff41427f1f207e', text: '..AB.. ~' })
  assert.deepEqual([first.placeInRead, second.placeInRead, third.placeInRead], [1, 2, 1])
  assert.deepEqual([first.lastRead, second.lastRead, third.firstRead, third.lastRead], [1, 1, 1, 2])
  assert.equal(first.body, undefined)
})

test('exact reads bring a frame in two', async t => {
  const traced = await tracedConnection(t, {}, 'baseline')
  await traced.peer.ask(Buffer.concat([one, one]), 28)
  assert.deepEqual(
    traced.frames().map(({ reads }) => reads),
    [2, 2]
  )
  assert.deepEqual(
    traced.lines.filter(line => line.type === 'read').map(({ bytes }) => bytes),
    [4, one.length - 4, 4, one.length - 4]
  )
})

test('bodies are shown when asked for, a bounded part of each', async t => {
  const traced = await tracedConnection(t, { bodies: true })
  await traced.peer.ask(one, 14)
  await traced.peer.ask(submit(idOf(2), Buffer.alloc(5000, 'x')), 14)
  const [small, large] = traced.frames() as [TraceFrameLine, TraceFrameLine]
  assert.equal(Buffer.from(small.body ?? '', 'base64').toString(), '00000001payload')
  assert.equal(small.bodyBytes, 15)
  assert.equal(Buffer.from(large.body ?? '', 'base64').length, 1024)
  assert.equal(large.bodyBytes, 5008)
})

test('a bad frame is told with its rule and offset, behind those before it; then the trace ends', async t => {
  const traced = await tracedConnection(t)
  traced.peer.send(Buffer.concat([one, one, frame(0x7f, idOf(1)), one]))
  await traced.peer.untilEnded()
  traced.peer.end()
  const end = await traced.untilEnded()
  assert.equal(traced.frames().length, 2)
  const refused = traced.lines.find(line => line.type === 'refused')
  assert.deepEqual(refused?.type === 'refused' && [refused.reason, refused.offset, refused.value], [
    'unknown_command',
    2 * one.length,
    0x7f
  ])
  assert.deepEqual([end.why, end.reason, end.frames], ['closed', 'unknown_command', 2])
})

for (const [name, bytes, reason] of [
  ['a length that is too small', Buffer.from([0, 0, 0, 4]), 'frame_too_short'],
  ['half a frame and then the end', one.subarray(0, 9), 'frame_incomplete']
] as const) {
  test(`${name} is told`, async t => {
    const traced = await tracedConnection(t)
    await traced.peer.sendPieces([bytes.subarray(0, 2), bytes.subarray(2)], () => traced.totals.bytesReceived)
    traced.peer.end()
    assert.equal((await traced.untilEnded()).reason, reason)
    assert.ok(traced.lines.some(line => line.type === 'refused' && line.reason === reason && line.offset === 0))
  })
}

test('a frame that began before the trace has no count of reads, and the right offset', async t => {
  const { server, connect, totals } = await startFrameServer(t)
  const peer = await connect()
  await peer.sendPieces([Buffer.concat([one, one.subarray(0, 6)])], () => totals.bytesReceived)
  const lines: TraceLine[] = []
  server.traces.begin(7, '1-1', { seconds: 60, maxFrames: 5, bodies: false }, line => lines.push(line))
  await peer.sendPieces([one.subarray(6), one], () => totals.bytesReceived)
  await peer.bytes(42)
  server.traces.stop(7)
  const [start] = lines
  assert.deepEqual(start?.type === 'start' && [start.offset, start.heldBytes], [one.length + 6, 6])
  const [begun, next] = lines.filter(line => line.type === 'frame') as [TraceFrameLine, TraceFrameLine]
  assert.deepEqual([begun.offset, begun.reads, begun.firstRead, begun.lastRead], [one.length, null, null, 1])
  assert.deepEqual([next.offset, next.reads, next.firstRead, next.lastRead], [2 * one.length, 1, 2, 2])
  assert.equal(lines.at(-1)?.type, 'end')
})

test('whatever the pieces, offsets, lengths and reads are those that were sent', async t => {
  const random = new Random(5)
  const traced = await tracedConnection(t, { maxFrames: 10_000 })
  const frames = Array.from({ length: 200 }, (_, index) =>
    submit(idOf(index), random.bytes(random.pick([0, 5, 40, 9000])))
  )
  const stream = Buffer.concat(frames)
  const pieces: Buffer[] = []
  for (let at = 0; at < stream.length; ) {
    const size = random.pick([1, 3, 20, 600, 20_000])
    pieces.push(stream.subarray(at, at + size))
    at += size
  }
  await traced.peer.sendPieces(pieces, () => traced.totals.bytesReceived)
  await traced.peer.bytes(200 * 14)
  const reads = traced.lines.filter(line => line.type === 'read')
  const readAt = (offset: number): number => reads.filter(read => read.offset <= offset).at(-1)?.read ?? 0
  let offset = 0
  for (const [index, line] of traced.frames().entries()) {
    const length = frames[index]?.length as number
    assert.deepEqual([line.offset, line.length, line.id?.hex], [offset, length, idOf(index).toString('hex')])
    assert.deepEqual([line.firstRead, line.lastRead], [readAt(offset), readAt(offset + length - 1)])
    assert.equal(line.reads, line.lastRead - (line.firstRead as number) + 1)
    offset += length
  }
  assert.equal(traced.frames().length, 200)
})

test('a trace ends after its frames, and the connection goes on', async t => {
  const traced = await tracedConnection(t, { maxFrames: 10 })
  await traced.peer.ask(submits(25), 25 * 14)
  const end = await traced.untilEnded()
  assert.deepEqual([end.why, end.frames, traced.frames().length], ['max_frames', 10, 10])
  await traced.peer.ask(submits(5), 5 * 14)
  assert.equal(traced.lines.at(-1), end)
})

test('a trace of a peer that dribbles ends after its reads', async t => {
  const traced = await tracedConnection(t, { maxFrames: 1 })
  const dribble = submit(idOf(1), Buffer.alloc(20))
  const bytes = Array.from({ length: 12 }, (_, at) => dribble.subarray(at, at + 1))
  await traced.peer.sendPieces(bytes, () => traced.totals.bytesReceived)
  const end = await traced.untilEnded()
  assert.deepEqual([end.why, end.reads], ['max_reads', 10])
})

test('a trace ends after its time', async t => {
  const traced = await tracedConnection(t, { seconds: 0.1 })
  assert.equal((await traced.untilEnded()).why, 'seconds')
})

test('a trace sees the end that its peer asks for', async t => {
  const traced = await tracedConnection(t)
  traced.peer.send(Buffer.concat([one, close(idOf(1)), one]))
  await traced.peer.untilEnded()
  traced.peer.end()
  assert.deepEqual(
    [(await traced.untilEnded()).reason, traced.frames().map(({ name }) => name)],
    ['peer_requested', ['Submit', 'Close']]
  )
})

test('a connection is traced once at a time, a worker traces a few, and only live ones', async t => {
  const { server, connect } = await startFrameServer(t)
  for (let peer = 0; peer < 6; peer++) await connect()
  const begin = (number: number, id: string) =>
    server.traces.begin(number, id, { seconds: 60, maxFrames: 1, bodies: false }, () => {})
  assert.equal(begin(1, '1-99'), 'no_connection')
  assert.equal(begin(1, '1-1'), null)
  assert.equal(begin(2, '1-1'), 'traced_already')
  for (const number of [2, 3, 4]) assert.equal(begin(number, `1-${number}`), null)
  assert.equal(begin(5, '1-5'), 'too_many')
  server.traces.stop(1)
  assert.equal(begin(5, '1-5'), null)
  for (const number of [2, 3, 4, 5]) server.traces.stop(number)
})

test('what a connection answers is the same while it is traced', async t => {
  const traced = await tracedConnection(t, { bodies: true })
  const other = await traced.connect()
  const request = Buffer.concat([submits(300, 50), ping(idOf(9)), submits(3, 20_000)])
  const answerBytes = 303 * 14 + 13
  assert.deepEqual(await traced.peer.ask(request, answerBytes), await other.ask(request, answerBytes))
})
