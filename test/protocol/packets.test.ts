import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ackTemplate, encodeAck, encodeAckId, encodeEcho } from '../../src/protocol/frame-encoder.ts'
import { Octets } from '../../src/protocol/octets.ts'
import { decodePacket, encodePacket, type Packet } from '../../src/protocol/packets.ts'
import { answerCommands } from '../../src/protocol/wire.ts'
import { close, closeAck, conn, connAck, dialects, frame, ping, pong, submit, submitAck } from '../support/frames.ts'

const bytes = (constraints: fc.IntArrayConstraints): fc.Arbitrary<Buffer> =>
  fc.uint8Array(constraints).map(array => Buffer.from(array))
/** Any eight bytes; often ones that a float64 would call NaN, of which it keeps only one. */
const id = fc.oneof(
  bytes({ minLength: 8, maxLength: 8 }),
  bytes({ minLength: 6, maxLength: 6 }).map(rest => Buffer.concat([Buffer.from([0x7f, 0xf1]), rest])),
  bytes({ minLength: 6, maxLength: 6 }).map(rest => Buffer.concat([rest, Buffer.from([0xf4, 0xff])]))
)

const packet: fc.Arbitrary<Packet> = fc.oneof(
  fc.record({ type: fc.constantFrom('Conn' as const, 'Submit' as const), id, payload: bytes({ maxLength: 300 }) }),
  fc.record({
    type: fc.constantFrom('ConnAck' as const, 'SubmitAck' as const),
    id,
    result: fc.integer({ min: 0, max: 255 })
  }),
  fc.record({ type: fc.constantFrom('Ping' as const, 'Pong' as const, 'Close' as const, 'CloseAck' as const), id })
)

for (const dialect of dialects) {
  test(`every packet comes back from its frame in the ${dialect} dialect, wherever the frame lies`, () => {
    fc.assert(
      fc.property(packet, fc.nat(20), fc.nat(20), (sent, ahead, behind) => {
        const encoded = encodePacket(sent, dialect)
        const memory = new Octets(Buffer.concat([Buffer.alloc(ahead, 0xee), encoded, Buffer.alloc(behind, 0xee)]))
        assert.deepEqual(decodePacket(memory, ahead, ahead + encoded.byteLength, dialect), { ...sent })
      })
    )
  })

  test(`every packet has the frame that the grammar says in the ${dialect} dialect`, () => {
    fc.assert(
      fc.property(id, bytes({ maxLength: 40 }), fc.integer({ min: 0, max: 255 }), (id, payload, result) => {
        assert.deepEqual(encodePacket({ type: 'Conn', id, payload }, dialect), conn(id, payload))
        assert.deepEqual(encodePacket({ type: 'Submit', id, payload }, dialect), submit(id, payload))
        assert.deepEqual(encodePacket({ type: 'Ping', id }, dialect), ping(id))
        assert.deepEqual(encodePacket({ type: 'Close', id }, dialect), close(id))
        assert.deepEqual(encodePacket({ type: 'ConnAck', id, result: 0 }, dialect), connAck(id, dialect))
        assert.deepEqual(encodePacket({ type: 'SubmitAck', id, result }, dialect), submitAck(id, result, dialect))
        assert.deepEqual(encodePacket({ type: 'Pong', id }, dialect), pong(id, dialect))
        assert.deepEqual(encodePacket({ type: 'CloseAck', id }, dialect), closeAck(id, dialect))
      })
    )
  })

  test(`answers encoded in place are the packets' frames in the ${dialect} dialect`, () => {
    const { ConnAck, SubmitAck, Pong, CloseAck } = answerCommands[dialect]
    fc.assert(
      fc.property(id, fc.nat(9), fc.nat(9), fc.integer({ min: 0, max: 255 }), (id, start, at, result) => {
        const request = new Octets(Buffer.concat([Buffer.alloc(start), submit(id)])).view
        const target = new Octets(Buffer.alloc(40, 0xee))
        const encoded = (length: number): Buffer => Buffer.from(target.bytes.subarray(at, at + length))
        for (const [type, command] of [
          ['ConnAck', ConnAck],
          ['SubmitAck', SubmitAck]
        ] as const) {
          encodeAck(target.view, at, command, request, start, result)
          assert.deepEqual(encoded(14), encodePacket({ type, id, result }, dialect))
          ackTemplate(command, result).copy(target.bytes, at)
          encodeAckId(target.view, at, request, start)
          assert.deepEqual(encoded(14), encodePacket({ type, id, result }, dialect))
        }
        for (const [type, command] of [
          ['Pong', Pong],
          ['CloseAck', CloseAck]
        ] as const) {
          encodeEcho(target.view, at, command, request, start)
          assert.deepEqual(encoded(13), encodePacket({ type, id }, dialect))
        }
        assert.ok(target.bytes.subarray(0, at).every(byte => byte === 0xee))
        assert.ok(target.bytes.subarray(at + 14).every(byte => byte === 0xee))
      })
    )
  })
}

test('the dialects differ by one in every answer and in nothing else', () => {
  for (const name of ['ConnAck', 'SubmitAck', 'Pong', 'CloseAck'] as const) {
    assert.equal(answerCommands.documented[name], answerCommands.compiled[name] + 1)
  }
  assert.deepEqual(answerCommands.compiled, { ConnAck: 0x80, SubmitAck: 0x81, Pong: 0x82, CloseAck: 0x83 })
})

test('an id that is not eight bytes is not sent', () => {
  for (const length of [0, 7, 9]) {
    assert.throws(() => encodePacket({ type: 'Ping', id: Buffer.alloc(length) }), RangeError)
  }
})

test('a packet of no known command, or without its fixed fields, is refused at its place', () => {
  const refusal = (bytes: Buffer): unknown => {
    try {
      return decodePacket(new Octets(Buffer.concat([Buffer.alloc(7), bytes])), 7, 7 + bytes.byteLength)
    } catch (error) {
      const { reason, value, offset } = error as { reason: string; value: number; offset: number }
      return { reason, value, offset }
    }
  }
  assert.deepEqual(refusal(frame(0x7f, Buffer.alloc(8))), { reason: 'unknown_command', value: 0x7f, offset: 7 })
  assert.deepEqual(refusal(frame(0x84, Buffer.alloc(8))), { reason: 'unknown_command', value: 0x84, offset: 7 })
  for (const command of [0x01, 0x02, 0x03, 0x04, 0x82, 0x83]) {
    assert.deepEqual(refusal(frame(command, Buffer.alloc(7))), { reason: 'packet_truncated', value: 12, offset: 7 })
  }
  for (const command of [0x80, 0x81]) {
    assert.deepEqual(refusal(frame(command, Buffer.alloc(8))), { reason: 'packet_truncated', value: 13, offset: 7 })
  }
})

test('a decoded packet has memory of its own', () => {
  const encoded = submit(Buffer.from('00000001'), Buffer.from('payload'))
  const decoded = decodePacket(new Octets(encoded), 0, encoded.byteLength)
  encoded.fill(0)
  assert.deepEqual(decoded, { type: 'Submit', id: Buffer.from('00000001'), payload: Buffer.from('payload') })
})
