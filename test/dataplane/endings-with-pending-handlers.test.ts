import assert from 'node:assert/strict'
import { test } from 'node:test'
import { allSteps } from '../../src/dataplane/steps.ts'
import { type FrameServerSetup, startFrameServer } from '../support/frame-server.ts'
import { close, closeAck, frame, idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { memoryHeld } from '../support/memory.ts'
import { PendingHandler } from '../support/pending.ts'
import { inPiecesOf } from '../support/pieces.ts'
import { stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

const MEGABYTE = 1024 * 1024

/** A server, and a peer of which five Submits are with the handler. */
async function withFivePending(t: Parameters<typeof startFrameServer>[0], setup: FrameServerSetup = {}) {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { ...setup, handler: pending.handler })
  const peer = await served.connect()
  peer.send(submits(5))
  await until(() => pending.waiting.length === 5, 'all are with the handler')
  const { items } = allSteps(
    served.server.directory.list({ filter: {}, sort: 'id', order: 'asc', limit: 1, after: null, held: null })
  )
  return { ...served, pending, peer, id: items[0]?.id ?? '' }
}

for (const { name, switches } of stages) {
  test(`${name}: a bad frame is refused only when the frames before it, still with the handler, are acked`, async t => {
    const { pending, peer, totals, refusals, untilEmpty } = await withFivePending(t, { switches })
    peer.send(Buffer.concat([frame(0x7f, Buffer.alloc(8)), submits(10, 20, 100)]))
    await until(() => totals.refused.unknown_command === 1, 'the fault is found')
    await turns(20)
    // What comes behind the fault is not looked at.
    peer.send(frame(0x7e))
    await turns(20)
    assert.equal(pending.waiting.length, 5)
    assert.equal(peer.ended, false)
    pending.of(4).settle(0)
    pending.settleAll()
    assert.deepEqual(await peer.untilEnded(), submitAcks(5))
    peer.end()
    await untilEmpty()
    assert.deepEqual(
      refusals.map(({ reason, error }) => [reason, error?.offset, error?.value]),
      [['unknown_command', 5 * 33, 0x7f]]
    )
    assert.equal(totals.closed.unknown_command, 1)
    assert.equal(peer.error, null)
  })

  test(`${name}: a length out of bounds behind pending Submits, in pieces, does no harm`, async t => {
    const { pending, peer, totals, untilEmpty } = await withFivePending(t, { switches })
    await peer.sendPieces(
      [Buffer.from([0xff]), Buffer.from([0xff, 0xff]), Buffer.from([0xff, 1, 2, 3])],
      () => totals.bytesReceived
    )
    peer.send(Buffer.alloc(100_000))
    await until(() => totals.bytesReceived === 5 * 33 + 7 + 100_000, 'all is read')
    pending.settleAll()
    assert.deepEqual(await peer.untilEnded(), submitAcks(5))
    peer.end()
    await untilEmpty()
    assert.equal(totals.closed.frame_too_large, 1)
    assert.equal(peer.error, null)
  })

  test(`${name}: a frame that the peer cuts off by ending is refused when the pending ones are acked`, async t => {
    const { pending, peer, totals, refusals, untilEmpty } = await withFivePending(t, { switches })
    peer.send(submit(idOf(9), Buffer.alloc(50)).subarray(0, 40))
    peer.end()
    await until(() => totals.refused.frame_incomplete === 1, 'the fault is found')
    await turns(20)
    pending.settleAll()
    assert.deepEqual(await peer.untilClosed(), submitAcks(5))
    assert.equal(peer.error, null)
    await untilEmpty()
    assert.equal(totals.closed.frame_incomplete, 1)
    assert.equal(refusals.length, 1)
  })

  test(`${name}: a frame that is not finished in time ends the connection when the pending ones are acked`, async t => {
    const { pending, peer, totals, refusals } = await withFivePending(t, { switches, limits: { frameTimeoutMs: 60 } })
    peer.send(submit(idOf(9), Buffer.alloc(50)).subarray(0, 40))
    await until(() => totals.refused.frame_timeout === 1, 'time is up')
    await turns(500)
    pending.settleAll()
    assert.deepEqual(await peer.untilEnded(), submitAcks(5))
    assert.equal(refusals.length, 1)
  })

  test(`${name}: a long Close in pieces behind pending Submits is answered after them`, async t => {
    const limits = { frameTimeoutMs: 100 }
    const { pending, peer, totals, refusals, untilEmpty } = await withFivePending(t, { switches, limits })
    const longClose = frame(0x04, idOf(9), Buffer.alloc(9000))
    await peer.sendPieces(inPiecesOf(1000, longClose), () => totals.bytesReceived)
    await turns(2000)
    peer.send(submits(3))
    peer.end()
    await turns(50)
    pending.settleAll()
    assert.deepEqual(await peer.untilClosed(), Buffer.concat([submitAcks(5), closeAck(idOf(9))]))
    assert.deepEqual(refusals, [])
    await untilEmpty()
    assert.equal(totals.closed.peer_requested, 1)
  })
}

test('an operator who drains a connection lets it have the acks of what is with the handler', async t => {
  const { server, pending, peer, id, totals, untilEmpty } = await withFivePending(t)
  assert.ok(server.directory.close(id, 'drain'))
  peer.send(submits(3, 20, 5))
  await turns(50)
  pending.of(3).settle(0)
  await turns(10)
  pending.settleAll()
  assert.deepEqual(await peer.untilEnded(), submitAcks(5))
  peer.end()
  await untilEmpty()
  assert.equal(peer.error, null)
  assert.equal(totals.closed.operator, 1)
})

test('a connection whose handlers never end can be closed at once, by either side', async t => {
  const byOperator = await withFivePending(t)
  assert.ok(byOperator.server.directory.close(byOperator.id, 'now'))
  await byOperator.untilEmpty()
  assert.equal(byOperator.totals.closed.operator, 1)

  const byPeer = await withFivePending(t)
  byPeer.peer.reset()
  await byPeer.untilEmpty()
  assert.equal(byPeer.totals.closed.peer_reset, 1)

  const byServer = await withFivePending(t)
  byServer.server.close()
  await byServer.untilEmpty()
  assert.equal(byServer.totals.closed.server_drained, 1)
})

test('handlers that end after their connection are not waited for, and harm nobody', async t => {
  const { pending, peer, untilEmpty, connect, handlerErrors } = await withFivePending(t)
  peer.reset()
  await untilEmpty()
  const next = await connect()
  next.send(submits(2, 20, 50))
  await until(() => pending.waiting.length === 7, 'the next peer is served')
  for (const number of [0, 2, 4]) pending.of(number).settle(0)
  for (const number of [1, 3]) pending.of(number).fail(new Error('too late'))
  pending.settleAll()
  assert.deepEqual(await next.bytes(2 * 14), submitAcks(2, 50))
  assert.equal(handlerErrors.length, 2)
})

for (const { name, switches } of stages) {
  test(`${name}: handlers that do not end stop the reading, and what is kept for them is bounded`, async t => {
    const pending = new PendingHandler()
    const limits = { maxOwedBytes: MEGABYTE, drainTimeoutMs: 50 }
    const served = await startFrameServer(t, { switches, handler: pending.handler, limits })
    const peer = await served.connect()
    const other = await served.connect()
    const payload = Buffer.alloc(2000)
    const before = memoryHeld()
    let sent = 0
    for (let quiet = 0, last = -1; quiet < 300; ) {
      if (peer.socket.writableLength === 0)
        peer.send(Buffer.concat(Array.from({ length: 50 }, () => submit(idOf(sent++), payload))))
      await turns(1)
      quiet = served.totals.bytesReceived === last && peer.socket.writableLength > 0 ? quiet + 1 : 0
      last = served.totals.bytesReceived
    }
    // The last read may bring a whole buffer more.
    assert.ok(served.totals.bytesReceived <= MEGABYTE + 64 * 1024, `${served.totals.bytesReceived} bytes read`)
    assert.ok(served.totals.bytesReceived >= MEGABYTE * 0.9)
    const held = memoryHeld() - before
    assert.ok(held < 4 * MEGABYTE, `${held} bytes held`)
    other.send(submit(idOf(7_000_000)))
    await until(() => pending.waiting.some(({ number }) => number === 7_000_000), 'the other peer is served')
    // It is the handler that is slow, not the peer, whatever the time.
    await turns(1000)
    assert.equal(served.totals.connectionsOpen, 2)

    const settling = setInterval(() => pending.settleAll(), 1)
    t.after(() => clearInterval(settling))
    assert.ok((await peer.bytes(sent * 14)).equals(submitAcks(sent)))
    assert.deepEqual(await other.bytes(14), submitAck(idOf(7_000_000)))
    clearInterval(settling)
    assert.deepEqual(served.refusals, [])
  })
}

test('many small frames are bounded too, by what keeping each of them costs', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, {
    handler: pending.handler,
    limits: { maxOwedBytes: 100_000, readBufferBytes: 1024 }
  })
  const peer = await served.connect()
  peer.send(Buffer.concat([submits(20_000, 0), close(idOf(1))]))
  await until(() => pending.waiting.length > 500, 'much is with the handler')
  await turns(300)
  assert.ok(pending.waiting.length < 1000, `${pending.waiting.length} frames of 13 bytes are kept`)
})
