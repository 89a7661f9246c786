import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameDecoder } from '../../src/protocol/frame-decoder.ts'
import { assemble, outcomeOf } from '../support/assembling.ts'
import { dialects } from '../support/frames.ts'
import { accepted, refused } from '../support/golden.ts'
import { cut } from '../support/pieces.ts'
import { decodeWholeStream } from '../support/reference-decoder.ts'

const maxFrameBytes = 400

/** Frames of any command and length, golden ones good and bad, and bytes that are no frames at all. */
const part = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(1, 2, 3, 4), fc.uint8Array({ minLength: 8, maxLength: 60 })).map(framed)
  },
  { weight: 2, arbitrary: fc.tuple(fc.integer({ min: 0, max: 255 }), fc.uint8Array({ maxLength: 390 })).map(framed) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...accepted.map(({ frame }) => frame), ...refused.map(({ stream }) => stream))
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }).map(bytes => Buffer.from(bytes)) }
)

function framed([command, body]: [number, Uint8Array]): Buffer {
  const frame = Buffer.alloc(5 + body.byteLength)
  frame.writeUInt32BE(frame.byteLength)
  frame[4] = command
  frame.set(body, 5)
  return frame
}

/** What a peer with a fault sends: good and bad frames, some bytes changed, cut off somewhere, in pieces of any size. */
const mutatedStream = fc
  .record({
    parts: fc.array(part, { maxLength: 12 }),
    changes: fc.array(fc.tuple(fc.nat(2000), fc.integer({ min: 0, max: 255 })), { maxLength: 2 }),
    cutOff: fc.nat(20),
    places: fc.array(fc.nat(2000), { maxLength: 30 })
  })
  .map(({ parts, changes, cutOff, places }) => {
    const stream = Buffer.concat(parts)
    for (const [at, value] of changes) if (at < stream.byteLength) stream[at] = value
    const left = stream.subarray(0, Math.max(0, stream.byteLength - cutOff))
    return { stream: left, pieces: cut(left, places) }
  })

test('the frame decoder agrees with a plain one on streams of any kind', () => {
  fc.assert(
    fc.property(mutatedStream, ({ stream, pieces }) => {
      const frames: Buffer[] = []
      const decoder = new FrameDecoder(maxFrameBytes, (octets, start, end) => {
        frames.push(Buffer.from(octets.bytes.subarray(start, end)))
        return true
      })
      const outcome = outcomeOf(frames, () => {
        for (const piece of pieces) decoder.decode(piece)
        decoder.end()
      })
      assert.deepEqual(outcome, decodeWholeStream(stream, maxFrameBytes))
      assert.equal(decoder.frames, frames.length)
    }),
    { numRuns: 1500 }
  )
})

for (const dialect of dialects) {
  test(`what a server takes and refuses agrees with the plain decoder in the ${dialect} dialect`, () => {
    fc.assert(
      fc.property(mutatedStream, fc.constantFrom(0, 7, 64, 4096), ({ stream, pieces }, headroom) => {
        const expected = decodeWholeStream(stream, maxFrameBytes, dialect)
        assert.deepEqual(assemble(pieces, headroom, maxFrameBytes, dialect), expected)
      }),
      { numRuns: 1500 }
    )
  })
}

test('a decoder stops at the frame that ends its stream', () => {
  const seen: number[] = []
  const decoder = new FrameDecoder(64, (octets, start) => {
    seen.push(octets.view.getUint8(start + 5))
    return seen.length < 2
  })
  const frame = (body: number): Buffer => Buffer.from([0, 0, 0, 6, 2, body])
  assert.equal(decoder.decode(Buffer.concat([frame(1), frame(2), frame(3), Buffer.from([0xff])])), false)
  assert.deepEqual(seen, [1, 2])
})
