import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { inItsTime, startFrameServer, synchronously } from '../support/frame-server.ts'
import { ACK_BYTES, frame, idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { PendingHandler } from '../support/pending.ts'
import { blockLoop, turns, until } from '../support/until.ts'

test('a handler that never settles does not keep a refused connection for ever', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler, limits: { drainTimeoutMs: 100 } })
  const peer = await served.connect()
  peer.send(Buffer.concat([submits(3), frame(0x7f, Buffer.alloc(8))]))
  await until(() => served.totals.refused.unknown_command === 1, 'the fault is found')
  // What is answered meanwhile is sent, the rest is given up.
  pending.of(0).settle(0)
  assert.deepEqual(await peer.untilEnded(), submitAcks(1))
  peer.end()
  await served.untilEmpty()
  assert.equal(served.totals.closed.unknown_command, 1)
  pending.settleAll()
  await turns(5)
  assert.deepEqual(served.faults, [])
})

test('time that handlers took is not held against a peer as acks left unread', async t => {
  const drainTimeoutMs = 1000
  const pending = new PendingHandler()
  const served = await startFrameServer(t, {
    handler: pending.handler,
    limits: { drainTimeoutMs, maxOwedBytes: 1000, highWaterBytes: 64 }
  })
  const peer = await served.connect()
  const frames = 20_000
  peer.send(submits(frames, 0))
  await until(() => pending.waiting.length > 0, 'Submits are with the handler')
  const pausedMs = performance.now()
  await until(() => performance.now() - pausedMs > 2 * drainTimeoutMs, 'reading has paused for longer than a peer may')
  // From now on acks are written all the time, more than the high-water mark at once, and the peer reads them all.
  const settling = setInterval(() => pending.settleAll(), 1)
  t.after(() => clearInterval(settling))
  await peer.bytes(frames * ACK_BYTES)
  assert.ok(peer.received.equals(submitAcks(frames)))
  assert.deepEqual(served.refusals, [])
})

test('a handler that throws or rejects costs one ack with result 1; one that blocks the loop costs time and no more', async t => {
  const served = await startFrameServer(t, {
    handler: inItsTime(({ payload }) => {
      if (payload[0] === 1) throw new Error('thrown')
      if (payload[0] === 2) return Promise.reject(new Error('rejected'))
      if (payload[0] === 3) blockLoop(300)
      return 0
    }),
    limits: { frameTimeoutMs: 100, idleTimeoutMs: 100 }
  })
  const [first, second] = await served.connectMany(2)
  const kinds = [0, 1, 2, 3, 0]
  first?.send(Buffer.concat(kinds.map((kind, index) => submit(idOf(index), Buffer.from([kind])))))
  second?.send(submits(1000))
  const expected = Buffer.concat(kinds.map((kind, id) => submitAck(idOf(id), kind === 1 || kind === 2 ? 1 : 0)))
  assert.deepEqual(await first?.bytes(expected.byteLength), expected)
  // Its frames waited in the kernel for longer than a silent peer may take.
  assert.ok((await second?.bytes(1000 * ACK_BYTES))?.equals(submitAcks(1000)))
  assert.equal(served.handlerErrors.length, 2)
})

test('a silent peer is probed by the kernel, so that one that vanished without a word is found', {
  skip: process.platform === 'linux' ? false : '/proc/net/tcp shows the timers on Linux only'
}, async t => {
  const served = await startFrameServer(t, { limits: { keepAliveMs: 60_000 } })
  const peer = await served.connect()
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')
  const ours = `0100007F:${hex(served.port)} 0100007F:${hex(peer.port)} `
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find(text => text.includes(ours))
  // "tr" is the running timer: 02 is keep-alive.
  assert.match(line ?? '', / 0*2:[0-9A-F]{8} /)
})

test('a stream that is cut anywhere, by a reset or by silence, leaves no connection, and every whole frame was handled', async t => {
  let handled = 0
  const served = await startFrameServer(t, {
    handler: synchronously(() => {
      handled++
      return 0
    }),
    limits: { frameTimeoutMs: 50, idleTimeoutMs: 500 }
  })
  const stream = submits(3)
  for (let cut = 1; cut < stream.byteLength; cut += 9) {
    const [reset, silent] = await served.connectMany(2)
    const before = { handled, received: served.totals.bytesReceived }
    for (const peer of [reset, silent]) peer?.send(stream.subarray(0, cut))
    await until(() => served.totals.bytesReceived === before.received + 2 * cut, 'all is read')
    reset?.reset()
    silent?.socket.on('end', () => silent.end())
    await served.untilEmpty()
    assert.equal(handled, before.handled + 2 * Math.floor(cut / 33))
  }
})
