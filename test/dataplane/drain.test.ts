import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startFrameServer, synchronously } from '../support/frame-server.ts'
import { idOf, submit, submitAck, submitAcks, submits } from '../support/frames.ts'
import { Peer } from '../support/peer.ts'
import { PendingHandler } from '../support/pending.ts'
import { stages } from '../support/switches.ts'
import { blockLoop, turns, until } from '../support/until.ts'

/** Far beyond what a test takes: a drain that waited for it would be found by the test's own patience. */
const FAR_MS = 60_000

for (const { name, switches } of stages) {
  test(`${name}: draining answers what has come, ends every connection and leaves nothing open`, async t => {
    const served = await startFrameServer(t, { switches })
    const idle = await served.connect()
    const asking = await served.connect()
    const sending = await served.connectMany(10)
    assert.deepEqual(await asking.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
    for (const peer of sending) {
      peer.send(submits(500))
      peer.socket.on('end', () => peer.end())
    }
    for (const peer of [idle, asking]) peer.socket.on('end', () => peer.end())
    await served.server.drain(FAR_MS)
    for (const peer of sending) assert.ok((await peer.untilClosed()).equals(submitAcks(500)))
    for (const peer of [idle, asking]) await peer.untilClosed()
    assert.ok([idle, asking, ...sending].every(peer => peer.error === null))
    assert.equal(served.totals.connectionsOpen, 0)
    assert.equal(served.totals.closed.server_drained, 12)
    await assert.rejects(Peer.connect(served.port), { code: 'ECONNREFUSED' })
  })

  test(`${name}: frames that wait in the kernel are answered although each turn of the server takes long`, async t => {
    const handler = synchronously(({ payloadBytes }) => {
      if (payloadBytes > 0) blockLoop(15)
      return 0
    })
    const served = await startFrameServer(t, { switches, handler })
    const peers = await served.connectMany(6)
    // Each read takes the loop longer than a connection must be quiet for to be ended, and one read does not bring all.
    const stream = Buffer.concat([submits(1, 1), submits(4000, 0, 1), submits(1, 1, 4001), submits(4000, 0, 4002)])
    for (const peer of peers) {
      peer.send(stream)
      peer.socket.on('end', () => peer.end())
    }
    await served.server.drain(FAR_MS)
    for (const peer of peers) assert.ok((await peer.untilClosed()).equals(submitAcks(8002)))
  })
}

test('a peer that answers every ack with a Submit is told that the server goes, and is ended by the deadline', async t => {
  let sent = 0
  // While it is served, its next Submit is in the kernel before its last one is acked: this peer is never late itself.
  const handler = synchronously(() => {
    peer.send(submit(idOf(sent++)))
    return 0
  })
  const served = await startFrameServer(t, { handler })
  const peer = await served.connect()
  peer.socket.on('data', chunk => {
    const isRefused = chunk.at(-1) === 2
    if (isRefused && !peer.ended) peer.send(submit(idOf(sent++)))
  })
  peer.socket.on('end', () => peer.end())
  peer.send(submit(idOf(sent++)))
  await until(() => peer.receivedBytes > 20 * 14, 'the peer is under way')
  await served.server.drain(1000)
  const received = await peer.untilClosed()
  const count = Math.floor(received.byteLength / 14)
  const results = Array.from({ length: count }, (_, number) => received[number * 14 + 13])
  const firstRefused = results.indexOf(2)
  assert.ok(firstRefused > 20, 'served on at first')
  assert.ok(results.slice(0, firstRefused).every(result => result === 0))
  assert.ok(results.slice(firstRefused).every(result => result === 2))
  for (let number = 0; number < count; number++) {
    assert.ok(received.subarray(number * 14 + 5, number * 14 + 13).equals(idOf(number)), 'every ack in order')
  }
  assert.equal(served.totals.connectionsOpen, 0)
})

test('a drain waits for handlers, and ends their connection when they have ended', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler })
  const peer = await served.connect()
  peer.socket.on('end', () => peer.end())
  peer.send(submits(5))
  await until(() => pending.waiting.length === 5, 'all are with the handler')
  const drained = served.server.drain(FAR_MS)
  await turns(1000)
  assert.equal(peer.ended, false)
  pending.settleAll()
  await drained
  assert.deepEqual(await peer.untilClosed(), submitAcks(5))
})

test('handlers that never end do not hold a drain up beyond its deadline', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler })
  const peer = await served.connect()
  peer.send(submits(5))
  await until(() => pending.waiting.length === 5, 'all are with the handler')
  await served.server.drain(150)
  await served.untilEmpty()
  await peer.untilEnded()
})

test('an answer that comes when its connection was ended already does not break it off', async t => {
  const pending = new PendingHandler()
  const served = await startFrameServer(t, { handler: pending.handler })
  const peer = await served.connect()
  peer.send(submits(5))
  await until(() => pending.waiting.length === 5, 'all are with the handler')
  const drained = served.server.drain(2000)
  await peer.untilEnded()
  pending.settleAll()
  await turns(50)
  assert.equal(served.totals.connectionsOpen, 1)
  peer.end()
  await drained
  await peer.untilClosed()
  assert.equal(peer.error, null)
})

test('a peer that does not read is not waited for beyond the deadline', async t => {
  const served = await startFrameServer(t, { limits: { highWaterBytes: 1024 } })
  const peer = await served.connectDeaf()
  peer.send(submits(1_000_000, 0))
  await until(() => served.totals.bytesReceived > 1_000_000, 'the peer is under way')
  await served.server.drain(200)
  await served.untilEmpty()
})

test('a half frame is not waited for', async t => {
  const served = await startFrameServer(t)
  const peer = await served.connect()
  peer.socket.on('end', () => peer.end())
  await peer.sendPieces([submits(3).subarray(0, 80)], () => served.totals.bytesReceived)
  await served.server.drain(FAR_MS)
  assert.deepEqual(await peer.untilClosed(), submitAcks(2))
  assert.equal(served.totals.closed.server_drained, 1)
})

test('nothing is left open in the process after a drain', async t => {
  const served = await startFrameServer(t)
  const peers = await served.connectMany(5)
  for (const peer of peers) peer.socket.on('end', () => peer.end())
  const openHandles = (): string[] =>
    process.getActiveResourcesInfo().filter(name => /^(TCP|Timeout|Immediate)/.test(name))
  assert.equal(openHandles().filter(name => name === 'TCPServerWrap').length, 1)
  await served.server.drain(FAR_MS)
  for (const peer of peers) await peer.untilClosed()
  await until(() => openHandles().filter(name => name.startsWith('TCP')).length === 0, 'every handle is closed')
})

test('an empty server drains at once, and once more, and closes', async t => {
  const served = await startFrameServer(t)
  await served.server.drain(FAR_MS)
  await served.server.drain(FAR_MS)
  served.server.close()
  await assert.rejects(Peer.connect(served.port), { code: 'ECONNREFUSED' })
})
