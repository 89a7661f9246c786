import type { CloseReason } from '../contract/reasons.ts'
import type { StreamAssembler } from '../protocol/frame-assembler.ts'
import type { Octets } from '../protocol/octets.ts'
import type { FrameSink, Framing } from '../protocol/protocol.ts'
import { ProtocolError } from '../protocol/protocol-error.ts'

/** Is shown what arrives on one connection. Offsets are those of the stream; memory is valid only during the call. */
export interface StreamWatcher {
  onRead(offset: number, bytes: number): void
  /** A whole frame, after it was answered; it came with the last read. */
  onFrame(octets: Octets, start: number, end: number, offset: number): void
  /** The stream broke a rule. */
  onRefused(error: ProtocolError): void
  onClosed(reason: CloseReason): void
}

/** Stands before the assembler of a connection that is watched, passes everything on, and shows it to the watcher. */
export class WatchedAssembler implements StreamAssembler, FrameSink {
  readonly assembler: StreamAssembler
  readonly watcher: StreamWatcher
  readonly #framing: Framing
  /** Where the next frame begins, and where what has been read ends. */
  #frameOffset: number
  #readOffset: number
  #sink!: FrameSink

  /** The frame that is not whole yet, or the next one, begins at `offset`. */
  constructor(assembler: StreamAssembler, framing: Framing, watcher: StreamWatcher, offset: number) {
    this.assembler = assembler
    this.#framing = framing
    this.watcher = watcher
    this.#frameOffset = offset
    this.#readOffset = offset + assembler.held
  }

  get held(): number {
    return this.assembler.held
  }

  get wanted(): number {
    return this.assembler.wanted
  }

  get frames(): number {
    return this.#sink.frames
  }

  push(octets: Octets, start: number, end: number, headroom: number, sink: FrameSink): boolean {
    this.watcher.onRead(this.#readOffset, end - start)
    this.#readOffset += end - start
    this.#sink = sink
    try {
      return this.assembler.push(octets, start, end, headroom, this)
    } catch (error) {
      this.#noteRefused(error)
      throw error
    }
  }

  end(): void {
    try {
      this.assembler.end()
    } catch (error) {
      this.#noteRefused(error)
      throw error
    }
  }

  onFrames(octets: Octets, start: number, end: number): number {
    const before = this.#sink.frames
    try {
      return this.#sink.onFrames(octets, start, end)
    } finally {
      // Also those before a frame at fault, and before the last one of a stream that is over.
      this.#show(octets, start, this.#sink.frames - before)
    }
  }

  #show(octets: Octets, start: number, frames: number): void {
    let at = start
    for (let shown = 0; shown < frames; shown++) {
      const length = this.#framing.frameBytes(octets, at)
      this.watcher.onFrame(octets, at, at + length, this.#frameOffset)
      this.#frameOffset += length
      at += length
    }
  }

  #noteRefused(error: unknown): void {
    if (ProtocolError.is(error)) this.watcher.onRefused(error)
  }
}
