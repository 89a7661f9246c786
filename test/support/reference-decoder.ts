import type { StreamReason } from '../../src/protocol/protocol-error.ts'
import type { Dialect } from './frames.ts'

/** What a whole stream holds: its frames up to the end or to the first fault. */
export interface DecodedStream {
  readonly frames: Buffer[]
  readonly fault: { readonly reason: StreamReason; readonly value: number; readonly offset: number } | null
}

/**
 * The rules once more, written as plainly as can be for a stream that lies whole in memory: what the decoders must agree
 * with. Without a dialect only lengths are judged; with one, requests to a server are.
 */
export function decodeWholeStream(stream: Buffer, maxFrameBytes: number, dialect?: Dialect): DecodedStream {
  const frames: Buffer[] = []
  let offset = 0
  const refused = (reason: StreamReason, value: number): DecodedStream => ({ frames, fault: { reason, value, offset } })
  while (offset < stream.byteLength) {
    const left = stream.byteLength - offset
    if (left < 4) return refused('frame_incomplete', left)
    const length = stream.readUInt32BE(offset)
    if (length < 5) return refused('frame_too_short', length)
    if (length > maxFrameBytes) return refused('frame_too_large', length)
    if (length > left) return refused('frame_incomplete', left)
    const fault = dialect === undefined ? null : requestFault(stream.readUInt8(offset + 4), length, dialect)
    if (fault !== null) return refused(...fault)
    frames.push(stream.subarray(offset, offset + length))
    // A Close ends the stream: nothing behind it is looked at.
    if (dialect !== undefined && stream[offset + 4] === 4) return { frames, fault: null }
    offset += length
  }
  return { frames, fault: null }
}

function requestFault(command: number, length: number, dialect: Dialect): [StreamReason, number] | null {
  const firstAnswer = dialect === 'compiled' ? 0x80 : 0x81
  if (command >= firstAnswer && command <= firstAnswer + 3) return ['unexpected_command', command]
  if (command < 1 || command > 4) return ['unknown_command', command]
  return length < 13 ? ['packet_truncated', length] : null
}
