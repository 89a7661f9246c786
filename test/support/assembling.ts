import { EachFrame } from '../../src/protocol/each-frame.ts'
import { FrameAssembler } from '../../src/protocol/frame-assembler.ts'
import { LengthPrefix, readRequest } from '../../src/protocol/frame-decoder.ts'
import { Octets } from '../../src/protocol/octets.ts'
import { ProtocolError } from '../../src/protocol/protocol-error.ts'
import { answerCommands } from '../../src/protocol/wire.ts'
import type { Dialect } from './frames.ts'
import type { DecodedStream } from './reference-decoder.ts'

/** Runs `decode`, which adds to `frames`, and tells what came of it the way the reference decoder does. */
export function outcomeOf(frames: Buffer[], decode: () => void): DecodedStream {
  try {
    decode()
    return { frames, fault: null }
  } catch (error) {
    if (!ProtocolError.is(error)) throw error
    const { reason, value, offset } = error
    return { frames, fault: { reason, value, offset } }
  }
}

/**
 * A server's way to take a stream: each piece lies behind so much headroom in one memory that all pieces share. The
 * headroom is full of bytes that belong to nobody, and the memory is overwritten after every piece.
 */
export function assemble(
  pieces: readonly Buffer[],
  headroomBytes: number,
  maxFrameBytes: number,
  dialect: Dialect
): DecodedStream {
  const frames: Buffer[] = []
  const framing = new LengthPrefix(maxFrameBytes)
  const assembler = new FrameAssembler(framing)
  const sink = new EachFrame(framing, (octets, start, end) => {
    const command = readRequest(octets, start, end, answerCommands[dialect])
    frames.push(Buffer.from(octets.bytes.subarray(start, end)))
    return command !== 4
  })
  const longest = Math.max(1, ...pieces.map(piece => piece.byteLength))
  const memory = new Octets(Buffer.alloc(headroomBytes + longest))
  return outcomeOf(frames, () => {
    for (const piece of pieces) {
      memory.bytes.fill(0xee)
      piece.copy(memory.bytes, headroomBytes)
      const end = headroomBytes + piece.byteLength
      if (!assembler.push(memory, headroomBytes, end, headroomBytes, sink)) return
    }
    assembler.end()
  })
}
