import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EachFrame } from '../../src/protocol/each-frame.ts'
import { FrameAssembler } from '../../src/protocol/frame-assembler.ts'
import { FrameDecoder, LengthPrefix } from '../../src/protocol/frame-decoder.ts'
import { Octets } from '../../src/protocol/octets.ts'
import type { Framing } from '../../src/protocol/protocol.ts'
import { ProtocolError } from '../../src/protocol/protocol-error.ts'
import { memoryHeld } from '../support/memory.ts'
import { inPiecesOf } from '../support/pieces.ts'

const MEGABYTE = 1024 * 1024

function headerOf(length: number): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt32BE(length)
  return header
}

/** Since then, what is garbage by now included: memory that was had only for a moment was had too. */
const allocatedSince = (before: number): number => process.memoryUsage().arrayBuffers - before

test('a length that is promised but not sent costs next to nothing', () => {
  const before = memoryHeld()
  const decoders = Array.from({ length: 200 }, () => {
    const decoder = new FrameDecoder(1024 * MEGABYTE, () => assert.fail('no frame came whole'))
    for (const piece of [headerOf(1024 * MEGABYTE - 1), Buffer.from([2]), Buffer.alloc(100)]) decoder.decode(piece)
    return decoder
  })
  assert.ok(allocatedSince(before) < MEGABYTE, `${allocatedSince(before)} bytes for 200 half frames`)
  assert.equal(decoders.length, 200)
})

test('a length beyond the maximum is refused at its last byte, before any memory is had for it', () => {
  for (const length of [1024 * MEGABYTE + 1, 0x80000000, 0xffffffff]) {
    const before = memoryHeld()
    const decoder = new FrameDecoder(1024 * MEGABYTE, () => assert.fail('no frame came whole'))
    const header = headerOf(length)
    decoder.decode(header.subarray(0, 3))
    assert.throws(
      () => decoder.decode(header.subarray(3)),
      (error: unknown) => ProtocolError.is(error) && error.reason === 'frame_too_large' && error.value === length
    )
    assert.ok(allocatedSince(before) < MEGABYTE)
  }
})

test('what is held of a frame grows with what has come of it', () => {
  const decoder = new FrameDecoder(1024 * MEGABYTE, () => true)
  const before = memoryHeld()
  decoder.decode(headerOf(1024 * MEGABYTE))
  const piece = Buffer.alloc(64 * 1024)
  for (let sent = 0; sent < 8 * MEGABYTE; sent += piece.byteLength) decoder.decode(piece)
  const held = memoryHeld() - before
  assert.ok(held >= 8 * MEGABYTE && held <= 2 * 8 * MEGABYTE + 1000, `${held} bytes for 8 MiB`)
  decoder.decode(piece)
})

for (const [name, headroom] of [
  ['a decoder', 0],
  ['a server', 4096]
] as const) {
  test(`one frame of 16 MiB in pieces of 1 KiB costs ${name} a fixed number of copies of each byte`, t => {
    const copied = (frameBytes: number): number => {
      let bytes = 0
      const { copy } = Buffer.prototype
      const mock = t.mock.method(Buffer.prototype, 'copy', function (this: Buffer, ...args: Parameters<typeof copy>) {
        const count = copy.apply(this, args)
        bytes += count
        return count
      })
      const framing = new LengthPrefix(frameBytes)
      const assembler = new FrameAssembler(framing)
      const lengths: number[] = []
      const sink = new EachFrame(framing, (_octets, start, end) => lengths.push(end - start) > 0)
      const memory = new Octets(Buffer.alloc(headroom + 1024))
      const stream = Buffer.concat([headerOf(frameBytes), Buffer.alloc(frameBytes - 4)])
      for (const piece of inPiecesOf(1024, stream)) {
        memory.bytes.set(piece, headroom)
        assembler.push(memory, headroom, headroom + piece.byteLength, headroom, sink)
      }
      mock.mock.restore()
      assert.deepEqual(lengths, [frameBytes])
      return bytes
    }
    const few = copied(4 * MEGABYTE)
    const many = copied(16 * MEGABYTE)
    // At least once, or the count sees nothing; and doubling the store at most once more, on average.
    assert.ok(many >= 16 * MEGABYTE, `${many} bytes copied`)
    assert.ok(many <= 3 * 16 * MEGABYTE, `${many} bytes copied`)
    assert.ok(many / few < 4.5, `${many / few} times the copies for 4 times the bytes`)
  })
}

test('a frame that lies whole in a piece is handed on where it lies', () => {
  const framing = new LengthPrefix(64)
  const memory = new Octets(Buffer.from([0, 0, 0, 6, 2, 1, 0, 0, 0, 6, 2, 2, 0, 0]))
  const seen: [boolean, number, number][] = []
  const sink = new EachFrame(framing, (octets, start, end) => seen.push([octets === memory, start, end]) > 0)
  const assembler = new FrameAssembler(framing)
  assert.ok(assembler.push(memory, 0, 14, 0, sink))
  assert.deepEqual(seen, [
    [true, 0, 6],
    [true, 6, 12]
  ])
  assert.deepEqual([assembler.held, assembler.needed, assembler.wanted], [2, 0, 2])
})

test('what is wanted next is the rest of the header, then the rest of the frame', () => {
  const framing = new LengthPrefix(64)
  const assembler = new FrameAssembler(framing)
  const sink = new EachFrame(framing, () => true)
  const wanted: number[] = []
  for (const byte of [0, 0, 0, 7, 2, 0, 0]) {
    wanted.push(assembler.wanted)
    assembler.push(new Octets(Buffer.from([byte])), 0, 1, 0, sink)
  }
  assert.deepEqual(wanted, [4, 3, 2, 1, 3, 2, 1])
  assert.deepEqual([assembler.held, assembler.needed, assembler.wanted], [0, 0, 4])
})

test('a frame that ends the stream leaves nothing held, however it came', () => {
  const frame = Buffer.concat([headerOf(5000), Buffer.alloc(4996)])
  for (const headroom of [0, 16, 4096]) {
    const framing = new LengthPrefix(8192)
    const assembler = new FrameAssembler(framing)
    const sink = new EachFrame(framing, () => false)
    const memory = new Octets(Buffer.alloc(headroom + 1000))
    const results = inPiecesOf(1000, frame).map(piece => {
      memory.bytes.set(piece, headroom)
      return assembler.push(memory, headroom, headroom + piece.byteLength, headroom, sink)
    })
    assert.deepEqual(results, [true, true, true, true, false])
    assert.deepEqual([assembler.held, assembler.needed, assembler.wanted], [0, 0, 4])
    assembler.end()
  }
})

test('a sink that leaves a whole frame lying is found out', () => {
  const assembler = new FrameAssembler(new LengthPrefix(64))
  const lazy = { frames: 0, onFrames: (_octets: Octets, start: number) => start }
  assert.throws(() => assembler.push(new Octets(Buffer.from([0, 0, 0, 5, 2])), 0, 5, 0, lazy), /left a whole frame/)
})

test('a fault of another kind passes through as it is', () => {
  const fault = new Error('out of order')
  const framing: Framing = {
    headerBytes: 2,
    frameBytes: () => {
      throw fault
    }
  }
  const assembler = new FrameAssembler(framing)
  const sink = new EachFrame(framing, () => true)
  assert.throws(() => assembler.push(new Octets(Buffer.alloc(2)), 0, 2, 0, sink), fault)
})
