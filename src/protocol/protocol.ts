import type { Octets } from './octets.ts'

/** Where does a frame end? */
export interface Framing {
  /** Bytes from a frame's start that suffice to tell its length. */
  readonly headerBytes: number
  /**
   * The whole length in bytes, header included, of the frame that begins at `start`. Called once `headerBytes` are there,
   * before anything is stored on the word of that length. Throws ProtocolError when the length breaks a rule.
   */
  frameBytes(octets: Octets, start: number): number
}

/**
 * What is done with it? Asked once for a batch of frames, since what a call costs would otherwise be paid for every frame.
 * `eachFrame` makes one from a function for a single frame.
 */
export interface FrameSink {
  /** Whole frames taken so far, those before a frame at fault included. */
  readonly frames: number
  /**
   * Takes every whole frame of `octets[start, end)`, which is valid only during the call. Returns where the unfinished
   * frame begins (`end` when there is none), or STREAM_OVER when what follows must not be read. Throws ProtocolError when
   * a frame breaks a rule, after all before it were taken.
   */
  onFrames(octets: Octets, start: number, end: number): number
}

/** No more frames are taken from this stream. */
export const STREAM_OVER = -1

/**
 * The seam between the frame server and a protocol. The server owns sockets, buffers, limits and timeouts; a protocol
 * says where a frame ends, and opens a session for each connection that says what is done with it.
 */
export interface Protocol extends Framing {
  readonly name: string
  /** The server's switches have changed; a protocol with optimisations of its own learns it here, between frames. */
  applySwitches(switches: Readonly<Record<string, boolean>>): void
  open(link: Link): Session
  /** What is written in the whole frame `octets[start, end)`, for whoever watches a connection. */
  describe?(octets: Octets, start: number, end: number): FrameDescription
}

/** A frame as a person would speak of it. The memory is valid as long as the frame's. */
export interface FrameDescription {
  readonly command: number | null
  readonly name: string | null
  readonly id: Uint8Array | null
  /** Where its body begins; it ends with the frame. */
  readonly bodyStart: number
}

/** One connection's side of a protocol. Called synchronously from a read, never re-entered. */
export interface Session extends FrameSink {
  /** Memory held for frames whose answer is still owed, because the work on them has not ended; 0 when all are answered. */
  readonly owedBytes: number
  /** From now on new work is answered as unavailable: the server is draining. */
  refuse(): void
  /** The connection is gone; nothing can be answered any more. */
  onClose(): void
}

/** What a session may do with its connection. */
export interface Link {
  /** The connection's id, for logs and reports. */
  readonly id: string
  /** Where answers are encoded during `onFrames`. The same object only until the call returns. */
  readonly answers: AnswerWriter
  /** Runs `write`, which answers outside of a read (a promise has settled), and sends what it wrote. */
  answerLater(write: () => void): void
  /** Sends what is written, then ends the connection in order. */
  end(): void
}

/**
 * Where answers go. Whether each leaves in a write of its own or all of a batch together is the server's decision (the
 * switch `coalescedWriter`), not the session's.
 */
export interface AnswerWriter {
  /** Where answers are encoded. Making room may replace it, so it is read anew after every `claim`. */
  readonly space: Octets
  /** Room for one frame of `length` bytes in `space`, at the offset returned. Encode there, then commit the same length. */
  claim(length: number): number
  commit(length: number): void
  /** Sends a frame that was encoded in memory of its own, which must not be changed afterwards. */
  send(frame: Buffer): void
  /**
   * For a hot loop: room for a run of answers of one kind, which are laid in `space` one behind the other from 0 on, on top
   * of copies of `template` that already lie there. Returns where that room ends; 0 when there is none, because every
   * answer must leave on its own or others wait already. The run is told to `commitRun` before anything else is called.
   */
  beginRun(template: Buffer): number
  commitRun(bytes: number, frames: number): void
}
