import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FrameDecoder } from '../../src/protocol/frame-decoder.ts'
import { Octets } from '../../src/protocol/octets.ts'
import { decodePacket, encodePacket } from '../../src/protocol/packets.ts'
import { assemble, outcomeOf } from '../support/assembling.ts'
import { dialects } from '../support/frames.ts'
import { accepted, before, goldenMaxFrameBytes, inDialect, refused } from '../support/golden.ts'
import { anyPieces, byteByByte } from '../support/pieces.ts'
import { type DecodedStream, decodeWholeStream } from '../support/reference-decoder.ts'

/** No headroom, some that a short frame fits into, and as much as the server has. */
const headrooms = [0, 3, 16, 4096]

/** Takes the stream whole, byte by byte and in random pieces. */
function inEverySplit(stream: Buffer, check: (pieces: Buffer[]) => void): void {
  check([stream])
  check(byteByByte(stream))
  fc.assert(fc.property(anyPieces(stream), check), { numRuns: 25 })
}

function decode(pieces: readonly Buffer[]): DecodedStream {
  const frames: Buffer[] = []
  const decoder = new FrameDecoder(goldenMaxFrameBytes, (octets, start, end) => {
    frames.push(Buffer.from(octets.bytes.subarray(start, end)))
    return true
  })
  return outcomeOf(frames, () => {
    for (const piece of pieces) decoder.decode(piece)
    decoder.end()
  })
}

test('the golden file holds vectors of both kinds', () => {
  assert.equal(accepted.length, 8)
  assert.equal(refused.length, 17)
})

for (const { name, frame, ack, id, payload } of accepted) {
  test(`accepted: ${name}, in every split`, () => {
    inEverySplit(frame, pieces => {
      assert.deepEqual(decode(pieces), { frames: [frame], fault: null })
      for (const headroom of headrooms) {
        assert.deepEqual(assemble(pieces, headroom, goldenMaxFrameBytes, 'compiled'), { frames: [frame], fault: null })
      }
    })
  })

  test(`accepted: ${name}, as packets`, () => {
    const packet = decodePacket(new Octets(frame), 0, frame.byteLength)
    assert.deepEqual(packet, { type: 'Submit', id, payload })
    assert.deepEqual(encodePacket(packet), frame)
    for (const dialect of dialects) {
      assert.deepEqual(encodePacket({ type: 'SubmitAck', id, result: 0 }, dialect), inDialect(ack, dialect))
    }
  })
}

for (const { name, stream, reason } of refused) {
  for (const [place, prefix] of [
    ['first', []],
    ['after a whole frame', [before.frame]]
  ] as const) {
    test(`refused: ${name}, ${place}, in every split`, () => {
      const offset = Buffer.concat(prefix).byteLength
      for (const dialect of dialects) {
        const whole = Buffer.concat([...prefix, inDialect(stream, dialect)])
        const expected = decodeWholeStream(whole, goldenMaxFrameBytes, dialect)
        assert.equal(expected.fault?.reason, reason)
        assert.equal(expected.fault.offset, offset)
        inEverySplit(whole, pieces => {
          for (const headroom of headrooms) {
            const { frames, fault } = assemble(pieces, headroom, goldenMaxFrameBytes, dialect)
            assert.deepEqual(frames, prefix)
            assert.deepEqual(fault, expected.fault)
          }
        })
      }
    })
  }
}

test('every accepted vector after the other, in every split', () => {
  const frames = accepted.map(({ frame }) => frame)
  inEverySplit(Buffer.concat(frames), pieces => {
    assert.deepEqual(decode(pieces).frames, frames)
    for (const headroom of headrooms) {
      assert.deepEqual(assemble(pieces, headroom, goldenMaxFrameBytes, 'compiled').frames, frames)
    }
  })
})
