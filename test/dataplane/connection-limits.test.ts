import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import { FrameServer } from '../../src/dataplane/frame-server.ts'
import { EchoProtocol } from '../support/echo-protocol.ts'
import { roomyLimits, startFrameServer } from '../support/frame-server.ts'
import { frame, idOf, submit, submitAck } from '../support/frames.ts'
import { memoryHeld } from '../support/memory.ts'
import { inPiecesOf } from '../support/pieces.ts'
import { stages } from '../support/switches.ts'
import { turns, until } from '../support/until.ts'

const MEGABYTE = 1024 * 1024

test('a connection too many is refused at accept, and there is room again when one has gone', async t => {
  const served = await startFrameServer(t, { limits: { maxConnections: 3 } })
  const peers = await served.connectMany(3)
  for (let refused = 1; refused <= 2; refused++) {
    const tooMany = await served.connect()
    const address = `127.0.0.1:${tooMany.port}`
    await tooMany.untilEnded()
    assert.equal(tooMany.receivedBytes, 0)
    const refusal = served.refusals[refused - 1]
    const detail = 'this worker serves 3 connections and no more'
    assert.deepEqual(refusal, { connection: null, peer: address, reason: 'max_connections', error: null, detail })
    assert.equal(served.totals.refused.max_connections, refused)
  }
  assert.equal(served.totals.connectionsAccepted, 3)
  for (const peer of peers) assert.deepEqual(await peer.ask(submit(idOf(1)), 14), submitAck(idOf(1)))

  peers[0]?.reset()
  await until(() => served.totals.connectionsOpen === 2, 'one has gone')
  const next = await served.connect()
  assert.deepEqual(await next.ask(submit(idOf(2)), 14), submitAck(idOf(2)))
  assert.equal(served.refusals.length, 2)
})

for (const { name, switches } of stages) {
  test(`${name}: a frame of 16 MiB is served when the limit is raised for it, in whatever pieces`, async t => {
    const seen: number[] = []
    const served = await startFrameServer(t, {
      switches,
      maxFrameBytes: 16 * MEGABYTE,
      handler: {
        name: 'test',
        synchronous: true,
        handle: ({ payload, payloadBytes }) => {
          seen.push(payloadBytes)
          return payload[0] === 1 && payload.at(-1) === 2 ? 0 : 1
        }
      }
    })
    const payload = Buffer.alloc(16 * MEGABYTE - 13)
    payload[0] = 1
    payload[payload.byteLength - 1] = 2
    const peer = await served.connect()
    for (const piece of inPiecesOf(1024, submit(idOf(1), payload))) peer.send(piece)
    assert.deepEqual(await peer.bytes(14), submitAck(idOf(1)))
    assert.deepEqual(seen, [16 * MEGABYTE - 13])
    assert.deepEqual(await peer.ask(submit(idOf(2), Buffer.from([1, 2])), 14), submitAck(idOf(2)))
  })

  test(`${name}: the longest frame is served and one byte more is refused`, async t => {
    const served = await startFrameServer(t, { switches, maxFrameBytes: 70_000 })
    const peer = await served.connect()
    assert.deepEqual(await peer.ask(submit(idOf(1), Buffer.alloc(70_000 - 13)), 14), submitAck(idOf(1)))
    peer.send(submit(idOf(2), Buffer.alloc(70_000 - 12)))
    assert.equal((await peer.untilEnded()).byteLength, 14)
    assert.deepEqual(
      served.refusals.map(({ reason, error }) => [reason, error?.value, error?.offset]),
      [['frame_too_large', 70_001, 70_000]]
    )
  })

  test(`${name}: frames that are promised but not sent cost next to nothing`, async t => {
    const served = await startFrameServer(t, { switches, maxFrameBytes: 1024 * MEGABYTE })
    const peers = await served.connectMany(50)
    const before = memoryHeld()
    const promised = Buffer.concat([Buffer.from([0x3f, 0xff, 0xff, 0xff, 2]), Buffer.alloc(100)])
    for (const peer of peers) peer.send(promised)
    await until(() => served.totals.bytesReceived === 50 * promised.byteLength, 'all is read')
    // What was had only for a moment is included.
    const allocated = process.memoryUsage().arrayBuffers - before
    assert.ok(allocated < MEGABYTE, `${allocated} bytes for 50 half frames`)
    assert.deepEqual(served.refusals, [])
  })
}

test('memory that a large frame needed is given up with it', async t => {
  const served = await startFrameServer(t, { maxFrameBytes: 16 * MEGABYTE })
  const peer = await served.connect()
  await peer.ask(submit(idOf(1)), 14)
  const before = memoryHeld()
  await peer.ask(submit(idOf(2), Buffer.alloc(8 * MEGABYTE)), 14)
  // Not held by a variable of this test: the socket of the peer still has what it sent last.
  await peer.ask(submit(idOf(3)), 14)
  await turns(5)
  const held = memoryHeld() - before
  assert.ok(held < MEGABYTE, `${held} bytes are still held`)
})

test('a server that cannot have its port says so, and the one that has it is not disturbed', async t => {
  const served = await startFrameServer(t)
  const peer = await served.connect()
  await assert.rejects(served.server.listen({ port: served.port, host: '127.0.0.1' }), {
    code: 'ERR_SERVER_ALREADY_LISTEN'
  })
  const second = new FrameServer({
    worker: 2,
    incarnation: 0,
    protocol: new EchoProtocol(),
    limits: roomyLimits,
    switches: presetSwitches('pooled'),
    onRefusal: () => {},
    onFault: () => {}
  })
  t.after(() => second.close())
  await assert.rejects(second.listen({ port: served.port, host: '127.0.0.1' }), { code: 'EADDRINUSE' })
  assert.deepEqual(await peer.ask(submit(idOf(1)), 14), submitAck(idOf(1)))
})

test('a read buffer smaller than a frame serves it all the same', async t => {
  for (const { name, switches } of stages) {
    const served = await startFrameServer(t, { switches, limits: { readBufferBytes: 1024 } })
    const peer = await served.connect()
    for (const length of [1011, 1012, 1024, 4095, 4096, 4097, 5000, 5120, 5121, 60_000]) {
      assert.deepEqual(await peer.ask(submit(idOf(length), Buffer.alloc(length)), 14), submitAck(idOf(length)), name)
    }
    assert.equal((await peer.ask(frame(3, idOf(1)), 13)).byteLength, 13)
  }
})
