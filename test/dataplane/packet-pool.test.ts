import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  freshPackets,
  GuardedPacketPool,
  PacketLease,
  PacketPool,
  type PacketSource,
  POISON,
  StalePacketError
} from '../../src/dataplane/packet-pool.ts'
import { Octets } from '../../src/protocol/octets.ts'
import { idOf, submit } from '../support/frames.ts'

const first = submit(idOf(1), Buffer.from('of the first peer'))
const second = submit(idOf(2), Buffer.from('of another one'))

/** A read buffer with both frames one behind the other. */
const bothFrames = (): Octets => new Octets(Buffer.concat([first, second]))
const [firstEnd, bothEnd] = [first.byteLength, first.byteLength + second.byteLength]

const stale = (error: unknown): boolean =>
  error instanceof StalePacketError && error.code === 'FRAMELAB_STALE_PACKET' && /valid only until/.test(error.message)

const sources: readonly [string, () => PacketSource][] = [
  ['no pool', () => freshPackets],
  ['the pool', () => new PacketPool()],
  ['the guarded pool', () => new GuardedPacketPool()]
]

for (const [name, sourceOf] of sources) {
  for (const lasting of [false, true]) {
    test(`${name} shows each frame as it is, ${lasting ? 'for handlers that take their time' : 'for handlers that do not'}`, () => {
      const source = sourceOf()
      const octets = bothFrames()
      let packet = source.next(null, octets, 0, firstEnd, lasting)
      assert.deepEqual(packet.id, idOf(1))
      assert.equal(packet.payload.toString(), 'of the first peer')
      assert.equal(packet.payloadBytes, 17)
      packet = source.next(packet, octets, firstEnd, bothEnd, lasting)
      assert.deepEqual(packet.id, idOf(2))
      assert.equal(packet.payload.toString(), 'of another one')
      assert.equal(packet.payloadBytes, 14)
      assert.equal(packet.end - packet.start, second.byteLength)
      assert.deepEqual(packet.octets.bytes.subarray(packet.start, packet.end), second)
      source.giveBack(packet)
    })
  }

  test(`${name} gives a lasting packet memory that the next read does not touch`, () => {
    const octets = bothFrames()
    const source = sourceOf()
    const packet = source.next(null, octets, 0, firstEnd, true)
    octets.bytes.fill(0)
    const other = source.next(null, new Octets(second), 0, second.byteLength, true)
    assert.equal(packet.payload.toString(), 'of the first peer')
    assert.deepEqual(packet.id, idOf(1))
    assert.equal(other.payload.toString(), 'of another one')
  })
}

for (const [name, sourceOf] of sources.slice(1)) {
  test(`${name} finds out who uses a packet that was given back`, () => {
    const source = sourceOf()
    const packet = source.next(null, bothFrames(), 0, firstEnd, true)
    source.giveBack(packet)
    assert.throws(() => packet.id, stale)
    assert.throws(() => packet.payload, stale)
    assert.throws(() => packet.payloadBytes, stale)
    assert.throws(() => source.giveBack(packet), stale)
  })
}

test('no pool means a copy of its own for every packet, which nobody takes back', () => {
  const octets = bothFrames()
  const packet = freshPackets.next(null, octets, 0, firstEnd, false)
  const next = freshPackets.next(packet, octets, firstEnd, bothEnd, false)
  freshPackets.giveBack(packet)
  octets.bytes.fill(0)
  assert.notEqual(packet, next)
  assert.equal(packet.payload.toString(), 'of the first peer')
})

test('the pool lends the same packets again, and shows memory where it lies', () => {
  const pool = new PacketPool()
  const octets = bothFrames()
  const packet = pool.next(null, octets, 0, firstEnd, false)
  assert.equal(packet.payload.buffer, octets.bytes.buffer)
  pool.giveBack(packet)
  assert.equal(pool.free, 1)
  assert.equal(pool.next(null, octets, 0, firstEnd, true), packet)
  assert.equal(pool.free, 0)
})

test('the pool keeps a bounded number of packets, and no large store', () => {
  const pool = new PacketPool()
  const octets = bothFrames()
  const lent = Array.from({ length: 3000 }, () => pool.next(null, octets, 0, firstEnd, false))
  for (const packet of lent) pool.giveBack(packet)
  assert.equal(pool.free, 1024)

  const large = new Octets(submit(idOf(3), Buffer.alloc(100_000)))
  const packet = pool.next(null, large, 0, large.size, true)
  const { buffer } = packet.payload
  pool.giveBack(packet)
  assert.notEqual(pool.next(null, large, 0, large.size, true).payload.buffer, buffer)
})

test('a packet reset keeps nothing of the frame it showed', () => {
  const pool = new PacketPool()
  const packet = pool.next(null, bothFrames(), 0, firstEnd, false)
  pool.giveBack(packet)
  assert.equal(packet.octets.size, 0)
  assert.equal(packet.start, 0)
})

test('a lease finds out that its packet was lent again, in the same batch and in a later one', () => {
  const pool = new PacketPool()
  const octets = bothFrames()
  const packet = pool.next(null, octets, 0, firstEnd, false)
  const lease = new PacketLease(packet)
  assert.equal(lease.packet, packet)

  assert.equal(pool.next(packet, octets, firstEnd, bothEnd, false), packet)
  assert.throws(() => lease.packet, stale)
  const later = new PacketLease(packet)
  pool.giveBack(packet)
  assert.throws(() => later.packet, stale)

  // The same packet for a frame at the same place of the next read.
  assert.equal(pool.next(null, octets, 0, firstEnd, false), packet)
  assert.throws(() => lease.packet, stale)
  assert.throws(() => later.packet, stale)
  assert.equal(new PacketLease(packet).packet, packet)
})

test('the guarded pool never lends a packet twice, so a handle kept too long stays stale for ever', () => {
  const pool = new GuardedPacketPool()
  const octets = bothFrames()
  const kept = pool.next(null, octets, 0, firstEnd)
  const lease = new PacketLease(kept)
  for (let lent = 0; lent < 5; lent++) {
    const packet = pool.next(null, octets, firstEnd, bothEnd)
    assert.notEqual(packet, kept)
    if (lent === 0) pool.giveBack(kept)
    pool.giveBack(packet)
    octets.bytes.set(second, firstEnd)
    assert.throws(() => kept.payload, stale)
    assert.throws(() => lease.packet, stale)
  }
})

test('the guarded pool poisons what it is given back, which is never the memory that is read into', () => {
  const pool = new GuardedPacketPool()
  const octets = bothFrames()
  const kept = pool.next(null, octets, 0, firstEnd)
  const { payload, id } = kept
  const next = pool.next(kept, octets, firstEnd, bothEnd)
  assert.ok(payload.every(byte => byte === POISON))
  assert.ok(id.every(byte => byte === POISON))
  assert.equal(POISON, 0xdd)
  assert.equal(next.payload.toString(), 'of another one')
  assert.deepEqual(octets.bytes, Buffer.concat([first, second]))
  octets.bytes.fill('!')
  assert.ok(payload.every(byte => byte === POISON))
})
