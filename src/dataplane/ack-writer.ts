import type { Traffic } from '../contract/snapshot.ts'
import { Octets } from '../protocol/octets.ts'
import type { AnswerWriter } from '../protocol/protocol.ts'
import type { PeerSocket } from './peer-socket.ts'

/** Whose answers are being written. */
export interface WriteTarget {
  readonly socket: Pick<PeerSocket, 'send' | 'writableLength' | 'keepsWrites'>
  readonly traffic: Traffic
}

const IMMEDIATE_BLOCK_BYTES = 1024

/**
 * Encode space for the connection whose batch is being worked on; one writer serves all connections of a worker in turn.
 *
 * The space is used again at once when the kernel has taken all of it. When it has not, the socket still reads from the
 * block, so the block is left to the socket and replaced. A peer that is behind already gets an exact copy instead, or
 * each of its few bytes would keep a whole block alive; and so does a socket that keeps what it is given.
 */
export abstract class BatchWriter implements AnswerWriter {
  space: Octets
  protected used = 0
  protected frames = 0
  readonly #blockBytes: number
  readonly #totals: Traffic
  #target: WriteTarget | null = null
  /** The view written last: most batches are as long as the one before. */
  #view: Buffer
  /** What the space is stamped with, but for its first `#unstamped` bytes. */
  #template: Buffer | null = null
  #unstamped = 0

  constructor(blockBytes: number, totals: Traffic) {
    this.#blockBytes = blockBytes
    this.#totals = totals
    this.space = Octets.allocate(blockBytes)
    this.#view = this.space.bytes
  }

  abstract beginRun(template: Buffer): number
  abstract commit(length: number): void
  abstract send(frame: Buffer): void

  begin(target: WriteTarget): void {
    this.#target = target
  }

  claim(length: number): number {
    if (this.used + length > this.space.size) this.#makeRoom(length)
    if (this.used + length > this.#unstamped) this.#unstamped = this.used + length
    return this.used
  }

  commitRun(bytes: number, frames: number): void {
    this.used += bytes
    this.frames += frames
  }

  /** Lays copies of the template over whatever else was written since the last time. */
  protected stamp(template: Buffer): void {
    if (template !== this.#template) this.#unstamped = this.space.size
    if (this.#unstamped === 0) return
    this.space.bytes.fill(template, 0, this.#unstamped)
    this.#template = template
    this.#unstamped = 0
  }

  /** Hands on what was written, if it was written for this target. */
  flushFor(target: WriteTarget): void {
    if (this.#target === target) this.flush()
  }

  /** Hands what was written to the kernel. */
  flush(): void {
    const used = this.used
    if (used === 0) return
    const socket = (this.#target as WriteTarget).socket
    if (socket.writableLength > 0 || socket.keepsWrites) {
      socket.send(Buffer.from(this.space.bytes.subarray(0, used)))
    } else {
      if (this.#view.byteLength !== used) this.#view = this.space.bytes.subarray(0, used)
      socket.send(this.#view)
      if (socket.writableLength > 0) this.#replaceSpace(this.#blockBytes)
    }
    this.count(used, this.frames)
    this.used = 0
    this.frames = 0
  }

  protected write(frame: Buffer): void {
    ;(this.#target as WriteTarget).socket.send(frame)
    this.count(frame.byteLength, 1)
  }

  protected count(bytes: number, frames: number): void {
    const traffic = (this.#target as WriteTarget).traffic
    traffic.writes++
    traffic.bytesSent += bytes
    traffic.framesSent += frames
    const totals = this.#totals
    totals.writes++
    totals.bytesSent += bytes
    totals.framesSent += frames
  }

  #makeRoom(length: number): void {
    this.flush()
    if (length > this.space.size) this.#replaceSpace(length)
  }

  #replaceSpace(size: number): void {
    this.space = Octets.allocate(size)
    this.#view = this.space.bytes
    this.#template = null
  }
}

/** The answers of one batch leave together. */
export class CoalescedWriter extends BatchWriter {
  /** `batchBytes` is what one read may bring. An answer is hardly longer than its request, so twice that holds them all. */
  constructor(batchBytes: number, totals: Traffic) {
    super(2 * batchBytes, totals)
  }

  beginRun(template: Buffer): number {
    if (this.used > 0) return 0
    this.stamp(template)
    return this.space.size
  }

  commit(length: number): void {
    this.used += length
    this.frames++
  }

  send(frame: Buffer): void {
    const at = this.claim(frame.byteLength)
    frame.copy(this.space.bytes, at)
    this.commit(frame.byteLength)
  }
}

/** Every answer leaves in a write of its own. */
export class ImmediateWriter extends BatchWriter {
  constructor(totals: Traffic) {
    super(IMMEDIATE_BLOCK_BYTES, totals)
  }

  beginRun(): number {
    return 0
  }

  commit(length: number): void {
    this.used = length
    this.frames = 1
    this.flush()
  }

  send(frame: Buffer): void {
    this.write(frame)
  }
}
