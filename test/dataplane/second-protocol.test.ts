import assert from 'node:assert/strict'
import { test } from 'node:test'
import { presetSwitches } from '../../src/contract/optimizations.ts'
import type { Octets } from '../../src/protocol/octets.ts'
import { EchoProtocol, echoFrame } from '../support/echo-protocol.ts'
import { startFrameServer } from '../support/frame-server.ts'
import type { Peer } from '../support/peer.ts'
import { byteByByte, randomPieces } from '../support/pieces.ts'
import { Random } from '../support/random.ts'
import { stages } from '../support/switches.ts'
import { until } from '../support/until.ts'

const lastFrame = echoFrame(Buffer.alloc(0))

function randomFrames(random: Random, count: number, longest: number): Buffer[] {
  return Array.from({ length: count }, () => echoFrame(random.bytes(random.between(1, longest))))
}

for (const { name, switches } of stages) {
  test(`${name}: another protocol is served, in any pieces`, async t => {
    const protocol = new EchoProtocol()
    const served = await startFrameServer(t, { protocol, switches })
    const random = new Random(8)
    for (const inPieces of [
      (stream: Buffer) => [stream],
      byteByByte,
      (stream: Buffer) => randomPieces(stream, random, 7),
      (stream: Buffer) => randomPieces(stream, random, 300)
    ]) {
      const stream = Buffer.concat([...randomFrames(random, 40, 30), lastFrame])
      const peer = await served.connect()
      await peer.sendPieces(inPieces(stream), () => served.totals.bytesReceived)
      assert.deepEqual(await peer.untilEnded(), stream)
      peer.end()
      await peer.untilClosed()
    }
    assert.equal(served.totals.framesReceived, 4 * 41)
    assert.equal(served.totals.framesSent, 4 * 41)
    await until(() => protocol.closedSessions === 4, 'every session is told of its end')
  })

  test(`${name}: another protocol's frames may be longer than the read buffer and the space for answers`, async t => {
    const served = await startFrameServer(t, {
      protocol: new EchoProtocol(),
      switches,
      limits: { readBufferBytes: 1024 }
    })
    const peer = await served.connect()
    const random = new Random(4)
    const stream = Buffer.concat([...randomFrames(random, 6, 65_535), echoFrame(random.bytes(65_535)), lastFrame])
    peer.send(stream)
    assert.ok((await peer.untilEnded()).equals(stream))
  })

  test(`${name}: another protocol's stream that ends inside a frame is refused`, async t => {
    const served = await startFrameServer(t, { protocol: new EchoProtocol(), switches })
    const peer = await served.connect()
    const frame = echoFrame(Buffer.from('whole'))
    peer.send(Buffer.concat([frame, frame.subarray(0, 4)]))
    peer.end()
    assert.deepEqual(await peer.untilClosed(), frame)
    const [refusal] = served.refusals
    assert.deepEqual(
      [refusal?.reason, refusal?.error?.offset, refusal?.error?.value],
      ['frame_incomplete', frame.byteLength, 4]
    )
  })
}

test('exact reads ask for what another protocol says: its header, then its body', async t => {
  const served = await startFrameServer(t, { protocol: new EchoProtocol(), switches: 'baseline' })
  const peer = await served.connect()
  const frame = echoFrame(Buffer.from('twenty bytes of body'))
  const stream = Buffer.concat(Array.from({ length: 100 }, () => frame))
  assert.deepEqual(await peer.ask(stream, stream.byteLength), stream)
  assert.equal(served.totals.reads, 200)
  assert.equal(served.totals.writes, 100)
})

test('another protocol is told of every switch that changes', async t => {
  const protocol = new EchoProtocol()
  const served = await startFrameServer(t, { protocol, switches: 'baseline' })
  served.server.applySwitches(presetSwitches('pooled'))
  assert.deepEqual(protocol.told, [presetSwitches('baseline'), presetSwitches('pooled')])
})

test('a fault in a protocol costs the connection that meets it, and no other', async t => {
  class FaultyEcho extends EchoProtocol {
    override frameBytes(octets: Octets, start: number): number {
      const length = super.frameBytes(octets, start)
      if (length === 2 + 13) throw new TypeError('thirteen')
      return length
    }
  }
  const served = await startFrameServer(t, { protocol: new FaultyEcho() })
  const [unlucky, other] = (await served.connectMany(2)) as [Peer, Peer]
  unlucky.send(Buffer.concat([echoFrame(Buffer.alloc(5)), echoFrame(Buffer.alloc(13))]))
  await until(() => served.totals.closed.internal_error === 1, 'the unlucky one is closed')
  assert.match(String(served.faults[0]), /TypeError: thirteen/)
  assert.equal((await other.ask(echoFrame(Buffer.alloc(7)), 9)).byteLength, 9)
  assert.equal(served.totals.connectionsOpen, 1)
})
