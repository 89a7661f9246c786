import type { StreamAssembler } from '../protocol/frame-assembler.ts'
import type { ReadBuffer } from './read-buffer.ts'

/** How much the next read may bring: the whole of the switch `bufferedReader`. */
export interface Reader {
  nextBuffer(buffer: ReadBuffer, assembler: StreamAssembler): Buffer
}

/** One read brings as many frames as the kernel has, up to the buffer's size. */
export const bufferedReader: Reader = {
  nextBuffer: buffer => buffer.area
}

/** One read brings the frame's length, the next one exactly the rest of the frame (a frame beyond the buffer takes more). */
export const exactReader: Reader = {
  nextBuffer: (buffer, assembler) => buffer.first(assembler.wanted)
}
