import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { countGoodAcks, faultOfAck } from '../../src/loadgen/ack-check.ts'
import { ackFrame } from './servers.ts'

const COMMAND = 0x81

function idOf(connection: number, sequence: number): Buffer {
  const id = Buffer.alloc(8)
  id.writeInt32BE(connection, 0)
  id.writeInt32BE(sequence | 0, 4)
  return id
}

function stream(connection: number, sequence: number, count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, (_, index) => ackFrame(idOf(connection, sequence + index))))
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

test('whole acks in order are counted, up to the unfinished one and up to those awaited', () => {
  fc.assert(
    fc.property(fc.nat(20), fc.nat(13), fc.nat(25), fc.integer(), (count, rest, most, sequence) => {
      const bytes = Buffer.concat([stream(5, sequence, count), ackFrame(idOf(5, sequence + count)).subarray(0, rest)])
      const good = countGoodAcks(viewOf(bytes), 0, bytes.byteLength, most, COMMAND, 5, sequence)
      return good === Math.min(count, most)
    })
  )
})

test('the sequence wraps around after 2^32 Submits', () => {
  const bytes = stream(1, 0x7ffffffe, 5)
  assert.equal(countGoodAcks(viewOf(bytes), 0, bytes.byteLength, 5, COMMAND, 1, 0x7ffffffe), 5)
})

test('one changed byte anywhere stops the count at its ack, and what is wrong depends on where it is', () => {
  fc.assert(
    fc.property(fc.nat(9), fc.nat(13), fc.integer({ min: 1, max: 255 }), (ack, offset, change) => {
      const bytes = stream(5, 100, 10)
      const at = ack * 14
      bytes[at + offset] = (bytes[at + offset] as number) ^ change
      const good = countGoodAcks(viewOf(bytes), 0, bytes.byteLength, 10, COMMAND, 5, 100)
      assert.equal(good, ack)
      const expected = { command: COMMAND, connection: 5, sequence: 100 + ack }
      const fault = faultOfAck(viewOf(bytes), at, true, expected)
      assert.equal(fault, offset < 5 ? 'malformed' : offset < 13 ? 'wrong_id' : 'refused')
    })
  )
})

test('an ack that nobody awaits is a wrong id, even if it is the right one', () => {
  const expected = { command: COMMAND, connection: 5, sequence: 7 }
  assert.equal(faultOfAck(viewOf(stream(5, 7, 1)), 0, false, expected), 'wrong_id')
})
